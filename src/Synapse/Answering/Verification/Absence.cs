using Synapse.Retrieval.Intent;

namespace Synapse.Answering.Verification;

/// <summary>Recognises sentences that say that something is not in the documents.</summary>
internal static class Absence
{
    private const int LongestSentence = 400;

    private static readonly string[] s_phrases =
    [
        "not found in your documents", "not found in the", "could not find", "couldn't find", "can't find", "cannot find", "no information", "not mentioned",
        "not mention", "not specified", "not specify", "not state", "not say", "not contain", "not provide", "not include", "not answer", "not described", "not describe",
        "not give", "not cover", "nicht gefunden", "nicht erwähnt", "keine information", "keine angaben",
    ];

    private static readonly string[] s_conclusions = [" so ", " therefore", " thus ", " hence ", " however", " but ", " which means", " instead", " because", ";"];

    private static readonly string[] s_subjects = ["document", "passage", "source", "context", "text", "information", "not found", "find", "dokument", "gefunden", "angaben"];

    /// <summary>Whether a sentence says only that: it names the documents, and draws nothing from it.</summary>
    public static bool IsStatedBy(string sentence)
        => sentence.Length <= LongestSentence
            && Has(sentence, s_phrases)
            && Has(sentence, s_subjects)
            && !Has(sentence, s_conclusions);

    /// <summary>Whether a sentence says that nothing was found, and nothing else.</summary>
    public static bool IsWholeAnswer(string sentence)
        => NameWords.Of(sentence).SequenceEqual(NameWords.Of(ExtractiveAnswerer.NotFoundText));

    private static bool Has(string sentence, string[] phrases) => phrases.Any(phrase => sentence.Contains(phrase, StringComparison.OrdinalIgnoreCase));
}
