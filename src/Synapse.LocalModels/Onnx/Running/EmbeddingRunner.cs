using Synapse.LocalModels.Onnx.Batching;
using Synapse.LocalModels.Onnx.Pooling;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>From inputs to embeddings: the graph, pooling, shortening, unit length.</summary>
/// <param name="graph">The graph.</param>
/// <param name="output">What it gives.</param>
/// <param name="pooling">How states become one embedding; not used where the graph gives finished embeddings.</param>
/// <param name="dimensions">Leading numbers to keep.</param>
/// <param name="normalize">Whether embeddings get unit length.</param>
internal sealed class EmbeddingRunner(GraphRunner graph, GraphOutput output, IReadOnlyList<PoolingMode> pooling, int dimensions, bool normalize) : IBatchRunner
{
    private readonly float[] _embedding = new float[output.PerToken ? output.Width * pooling.Count : output.Width];

    public int Width => dimensions;

    public void Run(ReadOnlySpan<WaitingInput> batch, Span<float> results)
    {
        var length = 0;
        foreach (var input in batch)
        {
            length = Math.Max(length, input.Length);
        }

        var rows = graph.Run(batch, length);
        for (var i = 0; i < batch.Length; i++)
        {
            var embedding = output.PerToken ? Pool(rows.Slice(i * length * output.Width, batch[i].Length * output.Width), batch[i].Skipped) : rows.Slice(i * output.Width, output.Width);
            var result = results.Slice(i * dimensions, dimensions);
            embedding[..dimensions].CopyTo(result);
            if (normalize)
            {
                TokenPooling.Normalize(result);
            }
        }
    }

    public void Dispose() => graph.Dispose();

    private ReadOnlySpan<float> Pool(ReadOnlySpan<float> states, int skipped)
    {
        for (var mode = 0; mode < pooling.Count; mode++)
        {
            TokenPooling.Pool(pooling[mode], states, skipped, _embedding.AsSpan(mode * output.Width, output.Width));
        }

        return _embedding;
    }
}
