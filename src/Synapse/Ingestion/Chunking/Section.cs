namespace Synapse.Ingestion.Chunking;

/// <summary>The text under one heading, without the sections below it.</summary>
/// <param name="StartLine">First line, from 0: the heading itself.</param>
/// <param name="Path">Path of the headings, joined by " &gt; "; null before the first.</param>
/// <param name="Blocks">Lines at which its paragraphs, lists and fenced blocks begin.</param>
internal sealed record Section(int StartLine, string? Path, List<int> Blocks)
{
    /// <summary>One past the last line.</summary>
    public int EndLine { get; set; }

    /// <summary>Whether there is anything but the heading.</summary>
    public bool HasBody { get; set; }
}
