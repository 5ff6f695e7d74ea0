using System.Numerics.Tensors;

namespace Synapse.Providers.Embedding;

/// <summary>Joins the embeddings of the parts of each text: their mean by length, brought to unit length. Safe for many threads at once.</summary>
internal sealed class EmbeddingSums(int count, int dimensions)
{
    private readonly float[] _sums = new float[checked(count * dimensions)];
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
            var sum = _sums.AsSpan(owner * dimensions, dimensions);
            TensorPrimitives.MultiplyAdd(embedding, Math.Max(1, weight) / norm, sum, sum);
        }
    }

    /// <summary>Writes the embeddings one after the other; a text without any stays zero.</summary>
    public void WriteTo(Span<float> destination)
    {
        for (var owner = 0; owner < count; owner++)
        {
            var sum = _sums.AsSpan(owner * dimensions, dimensions);
            var norm = TensorPrimitives.Norm(sum);
            if (norm > 0)
            {
                TensorPrimitives.Divide(sum, norm, sum);
            }
        }

        _sums.CopyTo(destination);
    }
}
