using Synapse.Embedding;

namespace Synapse.Tests.TestSupport;

/// <summary>An embedder without a model: a word adds 1 to the dimension that its hash names. Unit length.</summary>
internal sealed class HashEmbedder : IEmbedder
{
    public EmbeddingSpace Space { get; } = new("hash", 16);

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Space);

    public bool IsLocal => true;

    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken)
    {
        var embedding = new float[Space.Dimensions];
        Embed(query, embedding);
        return new(embedding);
    }

    public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        for (var i = 0; i < passages.Count; i++)
        {
            Embed(passages[i].Span, destination.Span.Slice(i * Space.Dimensions, Space.Dimensions));
        }

        return default;
    }

    private static void Embed(ReadOnlySpan<char> text, Span<float> embedding)
    {
        embedding.Clear();
        var hash = 17u;
        foreach (var unit in text)
        {
            if (char.IsLetterOrDigit(unit))
            {
                hash = hash * 31 + char.ToLowerInvariant(unit);
            }
            else if (hash != 17u)
            {
                embedding[(int)(hash % (uint)embedding.Length)] += 1;
                hash = 17u;
            }
        }

        var length = 0f;
        foreach (var value in embedding)
        {
            length += value * value;
        }

        for (var i = 0; length > 0 && i < embedding.Length; i++)
        {
            embedding[i] /= MathF.Sqrt(length);
        }
    }
}
