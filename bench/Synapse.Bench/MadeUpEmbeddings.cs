namespace Synapse.Bench;

/// <summary>Embeddings made from numbers, always the same for a number.</summary>
internal abstract class MadeUpEmbeddings
{
    /// <summary>What this kind is called.</summary>
    public abstract string Name { get; }

    /// <summary>A kind by its name.</summary>
    public static MadeUpEmbeddings Of(string name) => name switch
    {
        "clustered" => new ClusteredEmbeddings(),
        "layered" => new LayeredEmbeddings(),
        _ => throw new ArgumentException($"There are 'clustered' and 'layered' embeddings, not '{name}'.", nameof(name)),
    };

    /// <summary>Writes the unit vector of a chunk.</summary>
    public abstract void Embed(int number, Span<float> embedding);

    /// <summary>Writes the unit vector of a question about a chunk.</summary>
    /// <param name="number">Number of the question.</param>
    /// <param name="chunk">The chunk that it is near.</param>
    /// <param name="embedding">Receives it.</param>
    public abstract void EmbedQuestion(int number, int chunk, Span<float> embedding);

    /// <summary>Adds another vector, and gives the sum unit length.</summary>
    protected static void Mix(Span<float> embedding, ReadOnlySpan<float> other, float weight)
    {
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] += weight * other[i];
        }

        Normalize(embedding);
    }

    /// <summary>Gives a vector unit length.</summary>
    protected static void Normalize(Span<float> embedding)
    {
        var scale = 1 / MathF.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(embedding));
        System.Numerics.Tensors.TensorPrimitives.Multiply(embedding, scale, embedding);
    }
}
