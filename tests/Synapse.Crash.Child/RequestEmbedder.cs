using Synapse.Embedding;

namespace Synapse.Crash.Child;

/// <summary>An embedder that is asked in requests, one at a time, and writes down each text that it embedded. Before the text "stall" it says so, and never answers.</summary>
internal sealed class RequestEmbedder(string log) : IEmbedder
{
    private readonly WordEmbedder _words = new();

    public bool IsLocal => true;

    public EmbeddingBatchHint BatchHint { get; } = new(Texts: 5, Requests: 1);

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => _words.GetSpaceAsync(cancellationToken);

    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => _words.EmbedQueryAsync(query, cancellationToken);

    public async ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        if (passages.Any(passage => passage.Span.Trim() is "stall") && !File.Exists(log + ".go"))
        {
            Console.WriteLine("stalled");
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        await _words.EmbedPassagesAsync(passages, destination, cancellationToken);
        await File.AppendAllLinesAsync(log, passages.Select(passage => passage.ToString().ReplaceLineEndings(" ").Trim()), cancellationToken);
    }
}
