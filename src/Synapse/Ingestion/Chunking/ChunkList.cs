namespace Synapse.Ingestion.Chunking;

/// <summary>Takes the ends of chunks in order and makes the chunks.</summary>
internal sealed class ChunkList(LineMap lines)
{
    private readonly List<Chunk> _chunks = new(Math.Max(4, lines.Text.Length / 1_000));
    private int _start;
    private int _startLine;

    /// <summary>The chunks so far.</summary>
    public IReadOnlyList<Chunk> Chunks => _chunks;

    /// <summary>Offset at which the next chunk begins.</summary>
    public int Position => _start;

    /// <summary>Ends a chunk. Does nothing when it would be empty.</summary>
    /// <param name="end">One past its last UTF-16 unit.</param>
    /// <param name="kind">What it was cut from.</param>
    /// <param name="heading">Path of the headings above it.</param>
    /// <param name="symbol">The definition it holds or lies in.</param>
    /// <param name="definitions">Definitions that begin in it.</param>
    public void EndAt(int end, ChunkKind kind, string? heading, string? symbol = null, IReadOnlyList<string>? definitions = null)
    {
        if (end <= _start)
        {
            return;
        }

        var endLine = lines.LineOf(end - 1, _startLine);
        _chunks.Add(new Chunk(_chunks.Count, _start, end, _startLine + 1, endLine + 1, kind, heading, symbol, definitions is { Count: > 0 })
        {
            Definitions = definitions ?? [],
        });
        _start = end;
        _startLine = end == lines.Start(endLine + 1) ? endLine + 1 : endLine;
    }
}
