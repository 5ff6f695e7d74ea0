namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>A few sentences that vocabularies are made of, in several scripts.</summary>
internal static class TinyCorpus
{
    public static IReadOnlyList<string> Sentences { get; } =
    [
        "the quick brown fox jumps over the lazy dog and the other dogs of the town",
        "searching documents is the work of an engine that knows what people are looking for",
        "retrieval augmented generation answers questions from documents, with a citation for each sentence",
        "int main(void) { return parseHttpResponse(buffer, 42); } // see https://example.org/docs?id=7",
        "naïve café crème brûlée, Größe, Straße, über, señor, façade, Ångström",
        "Быстрая лиса прыгает через ленивую собаку, и она ищет документы",
        "Η γρήγορη αλεπού πηδάει πάνω από το τεμπέλικο σκυλί σοφός",
        "الثعلب البني السريع يقفز فوق الكلب الكسول",
        "敏捷的棕色狐狸跳过懒狗 文档搜索 東京都 日本語の文書を検索する",
        "빠른 갈색 여우가 게으른 개를 뛰어넘는다",
        "สุนัขจิ้งจอกสีน้ำตาลกระโดดข้ามสุนัขขี้เกียจ",
        "The Year 2024 had 366 days; 3.14 is nearly pi, and 1,000,000 is a million. It's what we've said, isn't it?",
        "emoji 😀 👍 ❤ and signs € £ ½ № ™ are characters too",
    ];

    /// <summary>The words of all sentences with their counts, in the order of first appearance.</summary>
    public static IReadOnlyList<(string Word, int Count)> Words(Func<string, string>? change = null)
        => [.. Sentences.SelectMany(static sentence => sentence.Split(' ')).Select(word => change?.Invoke(word) ?? word)
            .GroupBy(static word => word, StringComparer.Ordinal).Select(static group => (group.Key, group.Count()))];
}
