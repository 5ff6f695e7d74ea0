using System.Globalization;
using Synapse.Embedding;

namespace Synapse.Bench;

/// <summary>Gives each made-up question a vector near that of one chunk.</summary>
internal sealed class BenchEmbedder(EmbeddingSpace space, MadeUpEmbeddings embeddings, int chunkCount) : IEmbedder
{
    public bool IsLocal => true;

    /// <summary>The question of a number: its words, and behind them the number, which no chunk has.</summary>
    public static string Question(SyntheticCorpus corpus, int number, int chunkCount)
        => string.Create(CultureInfo.InvariantCulture, $"{corpus.Query(number, chunkCount)} {number + 90_000_000}");

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(space);

    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken)
        => ValueTask.FromResult(Vector(int.Parse(query.AsSpan(query.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture) - 90_000_000));

    public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
        => throw new NotSupportedException("Chunks bring their embeddings.");

    /// <summary>The vector of a question.</summary>
    public float[] Vector(int number)
    {
        var vector = new float[space.Dimensions];
        embeddings.EmbedQuestion(number, (int)(unchecked((uint)number * 2654435761u) % (uint)chunkCount), vector);
        return vector;
    }
}
