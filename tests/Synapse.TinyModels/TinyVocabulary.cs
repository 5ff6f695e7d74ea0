namespace Synapse.TinyModels;

/// <summary>Vocabularies in the manner of BERT: special tokens, characters, words and pieces of words.</summary>
public static class TinyVocabulary
{
    private const string Characters = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const string Marks = ".,;:!?'\"()[]{}-_/\\@#$%&*+=<>";
    private const string Words = "the of and to in is that for on with as by this be are from or an which at it not what how why who when where can will document answer question text page file search vector query passage language model retrieval token server client user login invoice contract employee policy error network cat dog weather rain sun red green blue small large";
    private const string Pieces = "s ing ed er ly ion tion al ment ness able es";
    private const string Onsets = "b c d f g h k l m n p r s t v w st tr pl gr";
    private const string Rimes = "a e i o u an en in on un ar er ir or ur al el il ol ul";

    /// <summary>A few hundred tokens.</summary>
    public static IReadOnlyList<string> Small { get; } = Make(0);

    /// <summary>As many tokens as bert-base-uncased has: 30,522; most are made-up words of two and three syllables.</summary>
    public static IReadOnlyList<string> Large { get; } = Make(30_522);

    private static List<string> Make(int size)
    {
        string[] tokens =
        [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
            .. Characters.Select(character => $"{character}"), .. Characters.Select(character => $"##{character}"), .. Marks.Select(mark => $"{mark}"),
            .. Words.Split(' '), .. Pieces.Split(' ').Select(piece => $"##{piece}"),
        ];
        var all = tokens.Distinct().ToList();
        var seen = all.ToHashSet();
        var syllables = Onsets.Split(' ').SelectMany(_ => Rimes.Split(' '), (onset, rime) => onset + rime).ToArray();
        var made = syllables.Take(200).SelectMany(_ => syllables, (first, second) => first + second);
        all.AddRange(made.Where(seen.Add).Take(Math.Max(0, size - all.Count)));
        return all;
    }
}
