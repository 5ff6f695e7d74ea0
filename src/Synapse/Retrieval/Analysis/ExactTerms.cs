namespace Synapse.Retrieval.Analysis;

/// <summary>
/// Terms that answer exact questions from the keyword index: which chunks define a symbol, which lie in a file of a name.
/// They begin with a control character, so that no word of a text is ever equal to one, and they do not count in a chunk's length.
/// </summary>
public static class ExactTerms
{
    private const char DefinitionMark = '\u0001';
    private const char FileStemMark = '\u0002';
    private const char FileNameMark = '\u0003';

    /// <summary>The term of the chunks where a definition of this name begins.</summary>
    /// <param name="name">A simple name such as <c>Parse</c>, or a name with its parent such as <c>Parser.Parse</c>; case does not matter.</param>
    public static string Definition(string name) => DefinitionMark + name.ToLowerInvariant();

    /// <summary>The term of the chunks of files that are named so, without their last extension.</summary>
    /// <param name="stem">For <c>src/JsonReader.cs</c>: <c>JsonReader</c>; case does not matter.</param>
    public static string FileStem(string stem) => FileStemMark + stem.ToLowerInvariant();

    /// <summary>The term of the chunks of files that are named so.</summary>
    /// <param name="name">For <c>src/JsonReader.cs</c>: <c>JsonReader.cs</c>; case does not matter.</param>
    public static string FileName(string name) => FileNameMark + name.ToLowerInvariant();

    /// <summary>Whether the term is one of these, and not a word of a text.</summary>
    public static bool IsExact(string term) => term.Length > 0 && term[0] is DefinitionMark or FileStemMark or FileNameMark;
}
