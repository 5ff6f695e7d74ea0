using Microsoft.Extensions.Logging;
using Synapse.Errors;
using Synapse.Providers.Discovery;
using Synapse.Providers.Embedding;
using Synapse.Providers.Policy;
using Synapse.Providers.Wire;
using Synapse.Retrieval.Reranking;

namespace Synapse.Providers.Reranking;

/// <summary>
/// Scores of the configured providers that rerank, in their order: each is asked once, because a search does not wait for a second try, and the next takes over when it
/// fails. Texts are cut to what the model reads.
/// </summary>
public sealed partial class ProviderReranker : IReranker
{
    /// <summary>What a server takes that does not say: encoders with learned positions end at 512 tokens, query included.</summary>
    private const int UsualInputTokens = 512;

    private const int UsualBatchSize = 64;
    private const int LeastTextTokens = 32;
    private const int SpecialTokens = 4;

    private readonly IReadOnlyList<ProviderConnection> _connections;
    private readonly TimeProvider _time;
    private readonly ILogger<ProviderReranker> _logger;

    internal ProviderReranker(IReadOnlyList<ProviderConnection> connections, TimeProvider time, ILogger<ProviderReranker> logger)
        => (_connections, _time, _logger) = (connections, time, logger);

    /// <inheritdoc/>
    public string Model => ModelOf(_connections[0]);

    /// <inheritdoc/>
    /// <exception cref="ProviderException">No provider could score them.</exception>
    /// <exception cref="EgressRefusedException">The policy does not allow the connection.</exception>
    /// <exception cref="LocalOnlyException">A passage is of a local-only collection, and the provider is not local.</exception>
    public async ValueTask<IReadOnlyList<double>> ScoreAsync(string query, IReadOnlyList<RerankPassage> passages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(passages);
        SynapseException? first = null;
        foreach (var connection in _connections)
        {
            try
            {
                return await ScoreAsync(connection, query, passages, cancellationToken);
            }
            catch (WireException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                LogFailed(connection.Settings.Name, exception.Failure.Kind, exception.Failure.Summary);
                first ??= exception.Failure.ToException(connection.Settings, exception);
            }
            catch (SynapseException exception) when (exception is ProviderException or EgressRefusedException or LocalOnlyException)
            {
                first ??= exception;
            }
        }

        throw first!;
    }

    private async Task<double[]> ScoreAsync(ProviderConnection connection, string query, IReadOnlyList<RerankPassage> passages, CancellationToken cancellationToken)
    {
        var facts = await connection.Discovery.FindFactsAsync(ModelOf(connection), cancellationToken);
        var counter = new CautiousTokenCounter();
        var room = Math.Max(LeastTextTokens, (facts.InputTokens ?? UsualInputTokens) - counter.Count(query) - SpecialTokens);
        var texts = passages.Select(passage => Cut(passage.Text, room, counter)).ToArray();
        var batchSize = facts.BatchSize ?? UsualBatchSize;
        var scores = new double[texts.Length];
        for (var from = 0; from < texts.Length; from += batchSize)
        {
            var batch = new ArraySegment<ReadOnlyMemory<char>>(texts, from, Math.Min(batchSize, texts.Length - from));
            (await SendAsync(connection, query, batch, cancellationToken)).CopyTo(scores, from);
        }

        return scores;
    }

    private async Task<double[]> SendAsync(ProviderConnection connection, string query, IReadOnlyList<ReadOnlyMemory<char>> texts, CancellationToken cancellationToken)
    {
        var model = ModelOf(connection);
        var breaker = connection.Breaker(model);
        if (!breaker.TryEnter(out _))
        {
            throw new WireException(breaker.Reason ?? connection.Classifier.Unavailable("it is being tried by another request"));
        }

        var settled = false;
        try
        {
            using var turn = await connection.Gate.EnterAsync(cancellationToken);
            using var counted = connection.Pace.Count(model, texts.Sum(text => text.Length) / 3);
            connection.Meter.Sent();
            var sentAt = _time.GetTimestamp();
            var scores = await RerankSource.SendAsync(connection, model, query, texts, cancellationToken);
            connection.Meter.Replied(_time.GetElapsedTime(sentAt));
            connection.Meter.Succeeded(model, 0, 0);
            settled = true;
            breaker.Succeed();
            return scores;
        }
        catch (WireException exception)
        {
            settled = true;
            breaker.Fail(exception.Failure);
            connection.Meter.Failed(exception.Failure.Kind, exception.Failure.IsLoading);
            throw;
        }
        finally
        {
            if (!settled)
            {
                breaker.Leave();
            }
        }
    }

    private static string ModelOf(ProviderConnection connection) => connection.Settings.RerankModel!;

    private static ReadOnlyMemory<char> Cut(ReadOnlyMemory<char> text, int tokens, CautiousTokenCounter counter)
    {
        var parts = new List<ReadOnlyMemory<char>>(1);
        TextSplitter.Split(text, tokens, counter, parts);
        return parts[0];
    }

    [LoggerMessage(LogLevel.Warning, "Reranking with provider {Provider} failed: {Failure} ({Summary})")]
    private partial void LogFailed(string provider, ProviderFailure failure, string summary);
}
