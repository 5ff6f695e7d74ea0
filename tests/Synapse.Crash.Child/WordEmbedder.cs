using System.Numerics.Tensors;
using Synapse.Embedding;

namespace Synapse.Crash.Child;

/// <summary>Starts at once and gives the same embedding in every process: a word adds 1 to the dimension that its characters name.</summary>
internal sealed class WordEmbedder : IEmbedder
{
    public EmbeddingSpace Space { get; } = new("words", 32);

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
        foreach (var range in text.SplitAny(" \n\t.,;(){}"))
        {
            var hash = 17u;
            foreach (var unit in text[range])
            {
                hash = hash * 31 + unit;
            }

            embedding[(int)(hash % (uint)embedding.Length)] += 1;
        }

        TensorPrimitives.Divide(embedding, TensorPrimitives.Norm(embedding), embedding);
    }
}
