using System.Numerics.Tensors;

namespace Synapse.Providers.Embedding;

/// <summary>Joins the embeddings of the parts of each text: their mean by length, brought to unit length. Safe for many threads at once.</summary>
/// <param name="sums">Takes the embeddings one after the other; all zero.</param>
/// <param name="dimensions">How many numbers each has.</param>
internal sealed class EmbeddingSums(Memory<float> sums, int dimensions)
{
    private readonly Lock _gate = new();

    /// <summary>Adds one part.</summary>
    /// <param name="owner">Number of the text.</param>
    /// <param name="embedding">Its embedding, of any length.</param>
    /// <param name="weight">How much it counts beside the other parts.</param>
    public void Add(int owner, ReadOnlySpan<float> embedding, int weight)
    {
        var norm = TensorPrimitives.Norm(embedding);
        if (norm == 0)
        {
            return;
        }

        lock (_gate)
        {
            var sum = sums.Span.Slice(owner * dimensions, dimensions);
            TensorPrimitives.MultiplyAdd(embedding, Math.Max(1, weight) / norm, sum, sum);
        }
    }

    /// <summary>Brings all to unit length, when all parts are there; a text without any stays zero.</summary>
    public void Complete()
    {
        for (var rest = sums.Span; rest.Length > 0; rest = rest[dimensions..])
        {
            var sum = rest[..dimensions];
            var norm = TensorPrimitives.Norm(sum);
            if (norm > 0)
            {
                TensorPrimitives.Divide(sum, norm, sum);
            }
        }
    }
}
