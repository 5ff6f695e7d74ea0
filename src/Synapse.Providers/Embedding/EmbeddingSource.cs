using System.Text;
using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Discovery;
using Synapse.Providers.Metering;
using Synapse.Providers.Policy;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Embedding;

/// <summary>The embedding side of one provider: batches within its limits, retries without a budget because texts can be embedded twice without harm, and limits that are learned when the server names them.</summary>
internal sealed class EmbeddingSource(ProviderConnection provider, RetryPolicy retries, TimeProvider time) : IDisposable
{
    /// <summary>Halving a text of any length that gets here ends before.</summary>
    private const int MostNarrowings = 12;

    private readonly string _model = provider.Settings.EmbeddingModel!;
    private readonly SemaphoreSlim _connecting = new(1);
    private readonly ITokenCounter _counter = provider.Settings.Kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI
        ? TiktokenCounter.For(provider.Settings.EmbeddingModel!)
        : new CautiousTokenCounter();

    private OpenTelemetryEmbeddingGenerator<string, Embedding<float>>? _generator;
    private EmbeddingLimits? _limits;
    private EmbeddingSpace? _space;
    private string _servedModel = "";

    // Three bytes of UTF-8 are about a token of most texts in most vocabularies; what it is here, the replies say.
    private double _tokensPerByte = 1.0 / 3;

    public ProviderSettings Settings => provider.Settings;

    /// <summary>The space; asks the server the first time.</summary>
    /// <exception cref="WireException">The server cannot be asked.</exception>
    public async ValueTask<EmbeddingSpace> FindSpaceAsync(CancellationToken cancellationToken)
    {
        if (_space is { } known)
        {
            return known;
        }

        var (generator, _) = await ConnectAsync(cancellationToken);
        using var activity = EgressActivity.Begin(EgressPurpose.Discovery, []);
        // A word of no document: only the length of what comes back matters.
        var reply = await SendWithRetriesAsync(generator, [new(0, "dimensions".AsMemory())], null, isBulk: false, cancellationToken);
        var model = provider.Settings.Kind switch
        {
            // A deployment can have any name; what counts is the model behind it.
            ProviderKind.AzureOpenAI => reply[0].ModelId is { Length: > 0 } served ? served : _model,
            _ => _servedModel is { Length: > 0 } served ? served : _model,
        };
        return _space = new(model, reply[0].Vector.Length, Settings.QueryPrefix, Settings.PassagePrefix);
    }

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">The texts with their prefixes.</param>
    /// <param name="dimensions">How many numbers each embedding must have.</param>
    /// <param name="destination">Receives the embeddings, of unit length, one after the other; after a failure it holds nothing of use.</param>
    /// <param name="isBulk">Whether nobody waits for this one: then questions go first, and it keeps to the provider's pace.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="WireException">The server failed, retries included.</exception>
    public async ValueTask EmbedAsync(IReadOnlyList<ReadOnlyMemory<char>> texts, int dimensions, Memory<float> destination, bool isBulk, CancellationToken cancellationToken)
    {
        var (generator, limits) = await ConnectAsync(cancellationToken);
        destination.Span.Clear();
        var sums = new EmbeddingSums(destination, dimensions);
        var parts = new List<EmbeddingPart>(texts.Count);
        for (var owner = 0; owner < texts.Count; owner++)
        {
            AddParts(owner, texts[owner], limits, parts);
        }

        // Half of the turns stay free for questions, which people wait for.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Settings.MaxConcurrency / 2), CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Batches(parts, limits), parallel, (batch, token) => EmbedBatchAsync(generator, batch, dimensions, sums, narrowings: 0, isBulk, token));
        sums.Complete();
    }

    public void Dispose()
    {
        _generator?.Dispose();
        _connecting.Dispose();
    }

    private async ValueTask EmbedBatchAsync(
        OpenTelemetryEmbeddingGenerator<string, Embedding<float>> generator, IReadOnlyList<EmbeddingPart> batch, int dimensions, EmbeddingSums sums, int narrowings, bool isBulk, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await SendWithRetriesAsync(generator, batch, dimensions, isBulk, cancellationToken);
            for (var at = 0; at < batch.Count; at++)
            {
                sums.Add(batch[at].Owner, rows[at].Vector.Span, batch[at].Text.Length);
            }
        }
        catch (WireException exception) when (exception.Failure.Kind == ProviderFailure.TooLarge && narrowings < MostNarrowings)
        {
            var narrowed = Narrow(batch, exception.Failure);
            var smaller = new List<EmbeddingPart>();
            foreach (var part in batch)
            {
                AddParts(part.Owner, part.Text, narrowed, smaller);
            }

            foreach (var again in Batches(smaller, narrowed))
            {
                await EmbedBatchAsync(generator, again, dimensions, sums, narrowings + 1, isBulk, cancellationToken);
            }
        }
    }

    // Another batch may have met the limit already; then this one only has to be cut anew.
    private EmbeddingLimits Narrow(IReadOnlyList<EmbeddingPart> batch, WireFailure failure)
    {
        var longest = batch.Max(part => _counter.Count(part.Text.Span));
        lock (_connecting)
        {
            var limits = _limits!;
            return batch.Count > limits.BatchSize || longest > limits.InputTokens
                ? limits
                : _limits = limits.Narrowed(batch.Count, longest, failure.ServerBatchSize, failure.ServerTokens);
        }
    }

    private async ValueTask<GeneratedEmbeddings<Embedding<float>>> SendWithRetriesAsync(
        OpenTelemetryEmbeddingGenerator<string, Embedding<float>> generator, IReadOnlyList<EmbeddingPart> batch, int? dimensions, bool isBulk, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var breaker = provider.Breaker(_model);
        for (var attempt = 0; ; attempt++)
        {
            var (reply, failure) = await TrySendAsync(generator, batch, dimensions, breaker, isRetry: attempt > 0, isBulk, cancellationToken);
            if (reply is not null)
            {
                return reply;
            }

            if (retries.DelayBefore(failure!.Failure, attempt, time.GetElapsedTime(begun), Settings.Timeouts.Load) is not { } delay)
            {
                throw failure;
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private async ValueTask<(GeneratedEmbeddings<Embedding<float>>? Reply, WireException? Failure)> TrySendAsync(
        OpenTelemetryEmbeddingGenerator<string, Embedding<float>> generator, IReadOnlyList<EmbeddingPart> batch, int? dimensions, CircuitBreaker breaker, bool isRetry, bool isBulk, CancellationToken cancellationToken)
    {
        var bytes = batch.Sum(part => Encoding.UTF8.GetByteCount(part.Text.Span));
        var tokens = (long)Math.Ceiling(bytes * Volatile.Read(ref _tokensPerByte));
        using var paced = isBulk ? await provider.Pace.WaitAsync(_model, tokens, cancellationToken) : provider.Pace.Count(_model, tokens);
        if (!breaker.TryEnter(out var wait) && !isRetry)
        {
            var reason = breaker.Reason ?? provider.Classifier.Unavailable("it is being tried by another request");
            return (null, new(reason with { RetryAfter = wait > TimeSpan.Zero ? wait : null, NeverRetry = reason.Kind != ProviderFailure.Throttled, IsLoading = false }));
        }

        var settled = false;
        try
        {
            using var turn = isBulk ? await provider.Gate.EnterInBulkAsync(cancellationToken) : await provider.Gate.EnterAsync(cancellationToken);
            PacedRequest.Current = paced;
            provider.Meter.Sent();
            var sentAt = time.GetTimestamp();
            var reply = await generator.GenerateAsync(batch.Select(part => part.Text.ToString()).ToList(), new() { ModelId = _model, Dimensions = dimensions }, cancellationToken);
            provider.Meter.Replied(time.GetElapsedTime(sentAt));
            provider.Meter.Succeeded(_model, reply.Usage?.InputTokenCount ?? 0, 0);
            Learn(paced, bytes, reply.Usage?.InputTokenCount);
            settled = true;
            breaker.Succeed();
            return (reply, null);
        }
        catch (WireException exception)
        {
            settled = true;
            breaker.Fail(exception.Failure);
            if (exception.Failure.Kind == ProviderFailure.Throttled)
            {
                paced.Refused(exception.Failure.RetryAfter);
            }

            provider.Meter.Failed(exception.Failure.Kind, exception.Failure.IsLoading);
            return (null, exception);
        }
        finally
        {
            if (!settled)
            {
                breaker.Leave();
            }
        }
    }

    private async ValueTask<(OpenTelemetryEmbeddingGenerator<string, Embedding<float>> Generator, EmbeddingLimits Limits)> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_generator is null || _limits is null)
            {
                var facts = await provider.Discovery.FindFactsAsync(_model, cancellationToken);
                RefuseRemote(facts);
                var kind = await provider.Discovery.FindKindAsync(cancellationToken);
                _servedModel = facts.ServedModel ?? "";
                _limits = EmbeddingLimits.Of(Settings, kind, _model, facts);
                _generator = new OpenTelemetryEmbeddingGenerator<string, Embedding<float>>(provider.NewEmbeddingGenerator(kind, _model), null, ProviderTelemetry.SourceName) { EnableSensitiveData = false };
            }

            return (_generator, _limits);
        }
        finally
        {
            _connecting.Release();
        }
    }

    // Whoever chose a local server for embeddings did so that texts stay here.
    private void RefuseRemote(ModelFacts facts)
    {
        if (facts.IsRemote && Settings.IsLocal)
        {
            throw new WireException(new(ProviderFailure.BadConfig, "remote model", $"the model '{_model}' runs on another host, to which the local server only passes texts on; choose a model that runs here"));
        }
    }

    private void Learn(PacedRequest paced, int bytes, long? tokens)
    {
        if (tokens is not > 0 || bytes == 0)
        {
            return;
        }

        paced.Used(tokens.Value);
        Volatile.Write(ref _tokensPerByte, (Volatile.Read(ref _tokensPerByte) + ((double)tokens.Value / bytes)) / 2);
    }

    private void AddParts(int owner, ReadOnlyMemory<char> text, EmbeddingLimits limits, List<EmbeddingPart> parts)
    {
        var pieces = new List<ReadOnlyMemory<char>>(1);
        TextSplitter.Split(text, limits.InputTokens, _counter, pieces);
        parts.AddRange(pieces.Select(piece => new EmbeddingPart(owner, piece)));
    }

    private static IEnumerable<IReadOnlyList<EmbeddingPart>> Batches(List<EmbeddingPart> parts, EmbeddingLimits limits)
    {
        var batch = new List<EmbeddingPart>();
        long characters = 0;
        foreach (var part in parts)
        {
            // A token per character is more than any text has on average, so that the sum of tokens is never too low.
            if (batch.Count > 0 && (batch.Count >= limits.BatchSize || characters + part.Text.Length > limits.BatchTokens))
            {
                yield return batch;
                batch = [];
                characters = 0;
            }

            batch.Add(part);
            characters += part.Text.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
