using System.Numerics.Tensors;
using Synapse.Embedding;
using Synapse.Retrieval.Intent;

namespace Synapse.Tests.TestSupport;

/// <summary>Embeds a text as the sum of fixed pseudo-random directions of its words, so that texts with common words are similar. Not for quality, and the same on every machine.</summary>
internal sealed class HashingEmbedder(string model = "test-hashing", int dimensions = 64) : IEmbedder
{
    public EmbeddingSpace Space { get; } = new(model, dimensions);

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Space);

    public bool IsLocal => true;

    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => ValueTask.FromResult(Embed(query));

    public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, passages.Count * Space.Dimensions);
        for (var i = 0; i < passages.Count; i++)
        {
            Embed(passages[i].Span).CopyTo(destination.Span[(i * Space.Dimensions)..]);
        }

        return ValueTask.CompletedTask;
    }

    public float[] Embed(ReadOnlySpan<char> text)
    {
        var embedding = new float[Space.Dimensions];
        foreach (var word in NameWords.Of(text))
        {
            // Xorshift over an FNV-1a hash: the same direction for the same word.
            var state = 14695981039346656037UL;
            foreach (var unit in word)
            {
                state = (state ^ unit) * 1099511628211UL;
            }

            for (var i = 0; i < embedding.Length; i++)
            {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                embedding[i] += ((state >> 40) / (float)(1 << 24)) - 0.5f;
            }
        }

        var norm = TensorPrimitives.Norm(embedding);
        if (norm > 0)
        {
            TensorPrimitives.Divide(embedding, norm, embedding);
        }

        return embedding;
    }
}
