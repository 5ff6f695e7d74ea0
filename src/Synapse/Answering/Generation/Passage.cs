using Synapse.Answering.Sentences;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval;
using Synapse.Storage;

namespace Synapse.Answering.Generation;

/// <summary>A passage as it is offered to a model: one hit, or neighbouring hits of one document joined.</summary>
/// <param name="Number">Its number in the prompt, from 1.</param>
/// <param name="Hits">The hits, in the order of the document.</param>
internal sealed record Passage(int Number, IReadOnlyList<Hit> Hits)
{
    /// <summary>The stored text.</summary>
    public string Text { get; } = string.Concat(Hits.Select(hit => hit.Text));

    /// <summary>The first chunk.</summary>
    public StoredChunk First => Hits[0].Chunk;

    /// <summary>What it was cut from.</summary>
    public ChunkKind Kind => First.Chunk.Kind;

    /// <summary>Last line, inclusive.</summary>
    public int EndLine => Hits[^1].Chunk.Chunk.EndLine;

    /// <summary>Words around the passage that say what it is about: path, headings, symbols.</summary>
    public string Surroundings { get; } = string.Join(
        '\n', Hits.SelectMany(hit => new[] { hit.Chunk.Path, hit.Chunk.Chunk.Heading, hit.Chunk.Chunk.Symbol }).Where(name => name is not null).Distinct());

    /// <summary>The place of a span of the passage.</summary>
    public QuotedPlace PlaceOf(int start, int end)
        => new(First.CollectionId, First.SourceId, First.DocumentId, First.Path, First.Chunk.StartOffset + start, Text[start..end], First.Chunk.StartLine + TextSpans.LineBreaks(Text, 0, start));
}
