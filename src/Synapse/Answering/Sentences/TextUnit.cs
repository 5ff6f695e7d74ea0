namespace Synapse.Answering.Sentences;

/// <summary>What a unit of text is.</summary>
internal enum TextUnitKind
{
    /// <summary>A sentence, or a list item without a full stop.</summary>
    Sentence,

    /// <summary>A row of a table.</summary>
    TableRow,

    /// <summary>A heading: it tells what follows, and is no answer by itself.</summary>
    Heading,

    /// <summary>Lines of code: a comment with what it describes, a signature, or a few lines.</summary>
    Code,
}

/// <summary>The smallest part of a passage that can be quoted by itself.</summary>
/// <param name="Start">First UTF-16 unit in the passage.</param>
/// <param name="End">One past the last.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct TextUnit(int Start, int End, TextUnitKind Kind)
{
    /// <summary>UTF-16 units.</summary>
    public int Length => End - Start;
}
