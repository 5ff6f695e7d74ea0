using Synapse.Embedding;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Switching;

/// <summary>Tells what a switch takes, from a sample of the collection.</summary>
internal sealed class SwitchEstimating(ILibraryStore library, TimeProvider time)
{
    private const int SampleDocuments = 50;
    private const int MeasuredChunks = 32;

    /// <summary>Estimates.</summary>
    public async Task<SwitchEstimate> EstimateAsync(CollectionSummary summary, EmbeddingSpace from, IEmbedder embedder, EmbeddingSpace to, CancellationToken cancellationToken)
    {
        var sample = await DocumentSample.DrawAsync(library, summary.Collection.Id, SampleDocuments, cancellationToken);
        var chunks = sample.Documents.SelectMany(each => DocumentSample.ChunksOf(each.Document, each.Text)).ToArray();
        var sampledBytes = sample.Documents.Sum(static each => each.Document.SizeBytes);
        var tokens = sampledBytes == 0 ? 0 : (long)((double)chunks.Sum(chunk => embedder.CountTokens(to.PassagePrefix) + embedder.CountTokens(chunk)) * sample.SizeBytes / sampledBytes);
        var duration = embedder.IsLocal ? await MeasureAsync(embedder, to, chunks, summary.ChunkCount, cancellationToken) : null;
        return new SwitchEstimate(
            from,
            to,
            summary.DocumentCount,
            summary.ChunkCount,
            tokens,
            embedder.IsLocal,
            duration,
            embedder.Price is { } price ? tokens * price.PerMillionTokens / 1_000_000m : null,
            embedder.Price?.Currency);
    }

    private async Task<TimeSpan?> MeasureAsync(IEmbedder embedder, EmbeddingSpace space, string[] chunks, long chunkCount, CancellationToken cancellationToken)
    {
        if (chunks.Length == 0)
        {
            return TimeSpan.Zero;
        }

        // Evenly from all documents drawn; the first call also loads a model.
        var step = Math.Max(1, chunks.Length / MeasuredChunks);
        ReadOnlyMemory<char>[] measured = [.. chunks.Where((_, i) => i % step == 0).Take(MeasuredChunks).Select(static chunk => chunk.AsMemory())];
        await embedder.EmbedPassagesAsync([measured[0]], new float[space.Dimensions], cancellationToken);
        var begun = time.GetTimestamp();
        await embedder.EmbedPassagesAsync(measured, new float[measured.Length * space.Dimensions], cancellationToken);
        return time.GetElapsedTime(begun) * ((double)chunkCount / measured.Length);
    }
}
