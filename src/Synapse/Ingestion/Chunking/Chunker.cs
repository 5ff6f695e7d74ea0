using Synapse.Ingestion.Reading;

namespace Synapse.Ingestion.Chunking;

/// <summary>Cuts normalised text into chunks: prose by headings and paragraphs, code by definitions, data by indentation.</summary>
public static class Chunker
{
    /// <summary>Cuts a text. Takes time proportional to its length.</summary>
    /// <param name="text">Normalised text, see <see cref="DocumentText"/>.</param>
    /// <param name="language">Id of its language, see <see cref="Languages"/>; an unknown one is cut as plain text.</param>
    /// <returns>Chunks that are in order, do not overlap and cover the text; none for an empty text.</returns>
    public static IReadOnlyList<Chunk> Chunk(string text, string language)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(language);
        var lines = new LineMap(text);
        if (CodeSyntax.Of(language) is not { } syntax)
        {
            return ProseCutter.Cut(lines, SectionReader.Read(lines, language));
        }

        if (syntax.IsData)
        {
            return CutData(lines);
        }

        return CodeCutter.Cut(
            lines, syntax.HasBraces ? BraceOutline.Of(lines, syntax, language) : IndentOutline.Of(lines, syntax, language), ChunkKind.Code);
    }

    private static IReadOnlyList<Chunk> CutData(LineMap lines)
    {
        var chunks = new ChunkList(lines);
        var cuts = new List<int>();
        TextSplitter.Split(lines, 0, lines.Text.Length, ChunkSize.ProseTarget, cuts);
        foreach (var cut in cuts)
        {
            chunks.EndAt(cut, ChunkKind.Structured, null);
        }

        chunks.EndAt(lines.Text.Length, ChunkKind.Structured, null);
        return chunks.Chunks;
    }
}
