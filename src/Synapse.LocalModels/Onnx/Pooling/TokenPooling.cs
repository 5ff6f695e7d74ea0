using System.Numerics.Tensors;

namespace Synapse.LocalModels.Onnx.Pooling;

/// <summary>Makes one embedding of the states of a text's tokens.</summary>
/// <remarks>The formulas are those of sentence-transformers' Pooling module.</remarks>
internal static class TokenPooling
{
    // What sentence-transformers puts where no token is pooled, so that a division has a result.
    private const float Least = 1e-9f;
    private const float Lowest = -1e9f;

    /// <summary>Pools one text.</summary>
    /// <param name="mode">How.</param>
    /// <param name="states">The states of its tokens, one after the other, without padding.</param>
    /// <param name="skipped">Leading tokens that are not pooled: those of a prefix, where the model leaves it out.</param>
    /// <param name="destination">Receives the embedding; its length is the width of a state.</param>
    public static void Pool(PoolingMode mode, ReadOnlySpan<float> states, int skipped, Span<float> destination)
    {
        var width = destination.Length;
        var tokens = states.Length / width;
        switch (mode)
        {
            case PoolingMode.FirstToken:
                states[..width].CopyTo(destination);
                break;
            case PoolingMode.LastToken:
                states[((tokens - 1) * width)..].CopyTo(destination);
                break;
            case PoolingMode.Max:
                destination.Fill(Lowest);
                for (var token = skipped; token < tokens; token++)
                {
                    TensorPrimitives.Max(destination, states.Slice(token * width, width), destination);
                }

                break;
            case PoolingMode.WeightedMean:
                WeightedMean(states, tokens, skipped, destination);
                break;
            case PoolingMode.Mean:
            case PoolingMode.MeanSqrtLength:
                destination.Clear();
                for (var token = skipped; token < tokens; token++)
                {
                    TensorPrimitives.Add(destination, states.Slice(token * width, width), destination);
                }

                var count = Math.Max(tokens - skipped, Least);
                TensorPrimitives.Divide(destination, mode is PoolingMode.Mean ? count : MathF.Sqrt(count), destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(mode));
        }
    }

    /// <summary>Gives a vector unit length; a zero vector stays.</summary>
    public static void Normalize(Span<float> vector)
    {
        var norm = TensorPrimitives.Norm<float>(vector);
        if (norm > 0 && float.IsFinite(norm))
        {
            TensorPrimitives.Divide(vector, norm, vector);
        }
    }

    private static void WeightedMean(ReadOnlySpan<float> states, int tokens, int skipped, Span<float> destination)
    {
        var width = destination.Length;
        destination.Clear();
        double weights = 0;
        for (var token = skipped; token < tokens; token++)
        {
            TensorPrimitives.MultiplyAdd(states.Slice(token * width, width), token + 1f, destination, destination);
            weights += token + 1;
        }

        TensorPrimitives.Divide(destination, (float)Math.Max(weights, Least), destination);
    }
}
