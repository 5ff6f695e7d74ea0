using Synapse.Embedding;
using Synapse.Errors;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>A configured model that embeds words, and waits or fails when a test says so.</summary>
internal sealed class GatedEmbedder(string model) : IEmbedder
{
    private readonly WordEmbedder _words = new(model);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _gate;
    private int _untilGate;
    private int _embedded;

    public bool IsLocal { get; init; } = true;

    public EmbeddingPrice? Price { get; init; }

    /// <summary>When set, it cannot be asked for its space.</summary>
    public SynapseException? Unreachable { get; set; }

    /// <summary>When set, it embeds no passage.</summary>
    public SynapseException? Fault { get; set; }

    /// <summary>Passages that it was given so far.</summary>
    public int Embedded => _embedded;

    /// <summary>Lets it embed so many passages more, and then wait.</summary>
    public void HoldAfter(int passages)
    {
        lock (_lock)
        {
            (_gate, _untilGate) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), passages);
        }
    }

    /// <summary>Lets it go on.</summary>
    public void Release() => _gate?.TrySetResult();

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => Unreachable is { } fault ? throw fault : _words.GetSpaceAsync(cancellationToken);

    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => _words.EmbedQueryAsync(query, cancellationToken);

    public async ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        Task? gate = null;
        lock (_lock)
        {
            _embedded += passages.Count;
            if (_gate is not null && (_untilGate -= passages.Count) < 0)
            {
                gate = _gate.Task;
            }
        }

        if (gate is not null)
        {
            await gate.WaitAsync(cancellationToken);
        }

        if (Fault is { } fault)
        {
            throw fault;
        }

        await _words.EmbedPassagesAsync(passages, destination, cancellationToken);
    }
}
