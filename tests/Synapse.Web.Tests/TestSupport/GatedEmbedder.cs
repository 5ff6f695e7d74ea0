using Synapse.Embedding;
using Synapse.Errors;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>A configured model that embeds words, and waits or fails when a test says so.</summary>
internal sealed class GatedEmbedder(string model) : IEmbedder
{
    private readonly WordEmbedder _words = new(model);
    private readonly Lock _lock = new();
    private TaskCompletionSource _allowance = NewSignal();
    private int _allowed = int.MaxValue;
    private int _embedded;

    public bool IsLocal { get; init; } = true;

    public EmbeddingPrice? Price { get; init; }

    /// <summary>When set, it cannot be asked for its space.</summary>
    public SynapseException? Unreachable { get; set; }

    /// <summary>When set, it embeds no passage.</summary>
    public SynapseException? Fault { get; set; }

    /// <summary>Passages that it has embedded so far.</summary>
    public int Embedded => _embedded;

    /// <summary>Lets it embed so many passages more, and then wait.</summary>
    public void Allow(int passages) => Set(_embedded + passages);

    /// <summary>Lets it go on.</summary>
    public void Release() => Set(int.MaxValue);

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => Unreachable is { } fault ? throw fault : _words.GetSpaceAsync(cancellationToken);

    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => _words.EmbedQueryAsync(query, cancellationToken);

    public async ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        if (Fault is { } fault)
        {
            throw fault;
        }

        while (!TryTake(passages.Count, out var allowance))
        {
            await allowance.WaitAsync(cancellationToken);
        }

        await _words.EmbedPassagesAsync(passages, destination, cancellationToken);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool TryTake(int passages, out Task allowance)
    {
        lock (_lock)
        {
            allowance = _allowance.Task;
            if (passages > _allowed - _embedded)
            {
                return false;
            }

            _embedded += passages;
            return true;
        }
    }

    private void Set(int allowed)
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            (before, _allowance, _allowed) = (_allowance, NewSignal(), allowed);
        }

        before.SetResult();
    }
}
