using Synapse.Ingestion.Reading;

namespace Synapse.Ingestion.Chunking;

/// <summary>Cuts normalised text into chunks.</summary>
public static class Chunker
{
    /// <summary>Cuts a text. Takes time proportional to its length.</summary>
    /// <param name="text">Normalised text, see <see cref="DocumentText"/>.</param>
    /// <param name="language">Id of its language, see <see cref="Languages"/>; an unknown one is cut as plain text.</param>
    /// <returns>Chunks that are in order, do not overlap and cover the text; none for an empty text.</returns>
    public static IReadOnlyList<Chunk> Chunk(string text, string language)
    {
        var chunks = new List<Chunk>();
        int start = 0, startLine = 1, line = 1, blank = -1, blankLine = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\n')
            {
                continue;
            }

            line++;
            if (i + 1 < text.Length && text[i + 1] == '\n')
            {
                (blank, blankLine) = (i + 1, line);
            }

            if (i + 1 - start >= 1_400 && i + 1 < text.Length)
            {
                var (end, endLine) = blank > start + 400 ? (blank, blankLine) : (i + 1, line);
                chunks.Add(new Chunk(chunks.Count, start, end, startLine, endLine - 1, ChunkKind.Prose, null, null, false));
                (start, startLine) = (end, endLine);
            }
        }

        if (start < text.Length)
        {
            chunks.Add(new Chunk(chunks.Count, start, text.Length, startLine, text[^1] == '\n' ? line - 1 : line, ChunkKind.Prose, null, null, false));
        }

        return chunks;
    }
}
