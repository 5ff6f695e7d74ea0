using System.Numerics.Tensors;
using Synapse.Embedding;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>Embeds texts by their words alone: texts that share words are close.</summary>
internal sealed class WordEmbedder(string model = "words-for-tests") : IEmbedder
{
    public EmbeddingSpace Space { get; } = new(model, 64);

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Space);

    public bool IsLocal => true;

    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => ValueTask.FromResult(Embed(query));

    public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        for (var index = 0; index < passages.Count; index++)
        {
            Embed(passages[index].ToString()).CopyTo(destination.Slice(index * Space.Dimensions, Space.Dimensions));
        }

        return ValueTask.CompletedTask;
    }

    private float[] Embed(string text)
    {
        var vector = new float[Space.Dimensions];
        foreach (var word in text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            // FNV-1a; string.GetHashCode differs from run to run.
            var hash = word.Aggregate(2_166_136_261u, (value, unit) => (value ^ unit) * 16_777_619u);
            vector[hash % (uint)vector.Length] += 1;
        }

        var norm = TensorPrimitives.Norm<float>(vector);
        if (norm > 0)
        {
            TensorPrimitives.Divide(vector, norm, vector);
        }

        return vector;
    }
}
