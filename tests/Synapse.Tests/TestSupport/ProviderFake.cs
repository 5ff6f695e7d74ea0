using System.Collections.Concurrent;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Privacy;

namespace Synapse.Tests.TestSupport;

/// <summary>The embedder of a provider, on a server that can be down, slow, or refuse texts; the embeddings are those of <see cref="HashingEmbedder"/>.</summary>
internal sealed class ProviderFake(string model = "cloud-large", int dimensions = 96, bool isLocal = false, EmbeddingBatchHint? hint = null) : IEmbedder
{
    private readonly HashingEmbedder _embedder = new(model, dimensions);

    /// <summary>Is thrown instead of an answer; null while the server is well.</summary>
    public ProviderFailure? Failure { get; set; }

    /// <summary>Whether the server is unknown: its space cannot be asked for either.</summary>
    public bool IsSpaceUnknown { get; set; }

    /// <summary>What queries wait for.</summary>
    public Task QueryGate { get; set; } = Task.CompletedTask;

    /// <summary>Is called with each request's texts before they are embedded, and may throw or wait.</summary>
    public Func<IReadOnlyList<string>, Task>? OnPassages { get; set; }

    /// <summary>The requests, each with its texts and the documents that the ledger would see.</summary>
    public ConcurrentQueue<(IReadOnlyList<string> Texts, EgressPurpose? Purpose, IReadOnlyCollection<EgressDocument> Documents)> Requests { get; } = new();

    public EmbeddingSpace Space => _embedder.Space;

    public bool IsLocal => isLocal;

    public EmbeddingBatchHint? BatchHint => hint ?? new EmbeddingBatchHint();

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken)
        => IsSpaceUnknown ? throw Fault(ProviderFailure.Unavailable) : ValueTask.FromResult(Space);

    public async ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken)
    {
        await QueryGate.WaitAsync(cancellationToken);
        return Failure is { } failure ? throw Fault(failure) : _embedder.Embed(query);
    }

    public async ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        string[] texts = [.. passages.Select(passage => passage.ToString())];
        Requests.Enqueue((texts, EgressActivity.Current?.Purpose, [.. EgressActivity.Current?.Documents ?? []]));
        if (OnPassages is not null)
        {
            await OnPassages(texts).WaitAsync(cancellationToken);
        }

        if (Failure is { } failure)
        {
            throw Fault(failure);
        }

        await _embedder.EmbedPassagesAsync(passages, destination, cancellationToken);
    }

    public static ProviderException Fault(ProviderFailure failure) => new("cloud", failure, $"The provider 'cloud' failed: {failure}.");
}
