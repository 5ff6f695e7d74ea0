using Microsoft.Extensions.Logging;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Providers.Policy;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Embedding;

/// <summary>
/// Embeddings of a configured provider. Another provider takes over only when it gives embeddings of the very same space: an embedding of another model would be found near
/// the wrong passages without anyone noticing.
/// </summary>
public sealed partial class ProviderEmbedder : IEmbedder, IDisposable
{
    private const int UsualTexts = 96;

    private readonly IReadOnlyList<EmbeddingSource> _sources;
    private readonly ILogger<ProviderEmbedder> _logger;
    private EmbeddingSpace? _space;

    internal ProviderEmbedder(IReadOnlyList<EmbeddingSource> sources, ILogger<ProviderEmbedder> logger)
    {
        _sources = sources;
        BatchHint = new EmbeddingBatchHint(
            Texts: sources[0].Settings.EmbeddingBatchSize ?? UsualTexts, Requests: Math.Max(1, sources[0].Settings.MaxConcurrency / 2));
        _logger = logger;
    }

    /// <summary>Name of the provider that is asked first, as configured.</summary>
    public string Provider => _sources[0].Settings.Name;

    /// <summary>The space that stored embeddings live in. When it is set, a server that gives another is refused instead of being compared with them.</summary>
    public EmbeddingSpace? ExpectedSpace { get; set; }

    /// <inheritdoc/>
    public bool IsLocal => _sources.All(source => source.Settings.IsLocal);

    /// <inheritdoc/>
    /// <remarks>Half of the requests that the provider serves at once are left for questions.</remarks>
    public EmbeddingBatchHint? BatchHint { get; }

    /// <inheritdoc/>
    /// <exception cref="ProviderException">The server cannot be asked, or its space is not <see cref="ExpectedSpace"/>.</exception>
    public async ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken)
    {
        var space = _space ??= await FirstAsync(source => source.FindSpaceAsync(cancellationToken), cancellationToken);
        if (ExpectedSpace is { } expected && expected.Fingerprint != space.Fingerprint)
        {
            throw new ProviderException(
                Provider,
                ProviderFailure.BadConfig,
                $"The embedding provider '{Provider}' gives {space.Dimensions} numbers of the model '{space.Model}'; the stored ones have {expected.Dimensions} of '{expected.Model}'. Configure that model again, or embed the collection anew.",
                $"Expected {expected.Fingerprint}, got {space.Fingerprint}.");
        }

        return space;
    }

    /// <inheritdoc/>
    public async ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken)
    {
        var space = await GetSpaceAsync(cancellationToken);
        var embedding = new float[space.Dimensions];
        await EmbedAsync([$"{space.QueryPrefix}{query}".AsMemory()], space, embedding, isBulk: false, cancellationToken);
        return embedding;
    }

    /// <inheritdoc/>
    public async ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        var space = await GetSpaceAsync(cancellationToken);
        if (destination.Length != passages.Count * space.Dimensions)
        {
            throw new ArgumentException($"{passages.Count} passages of {space.Dimensions} dimensions do not fit {destination.Length} numbers.", nameof(destination));
        }

        if (passages.Count > 0)
        {
            var texts = space.PassagePrefix.Length == 0 ? passages : [.. passages.Select(passage => string.Concat(space.PassagePrefix, passage.Span).AsMemory())];
            await EmbedAsync(texts, space, destination, isBulk: true, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var source in _sources)
        {
            source.Dispose();
        }
    }

    private async ValueTask EmbedAsync(IReadOnlyList<ReadOnlyMemory<char>> texts, EmbeddingSpace space, Memory<float> destination, bool isBulk, CancellationToken cancellationToken)
        => await FirstAsync(
            async source =>
            {
                var own = await source.FindSpaceAsync(cancellationToken);
                if (own.Fingerprint != space.Fingerprint)
                {
                    throw new WireException(new(ProviderFailure.BadConfig, "another space", $"it gives {own.Fingerprint}, and {space.Fingerprint} is needed"));
                }

                await source.EmbedAsync(texts, space.Dimensions, destination, isBulk, cancellationToken);
                return true;
            },
            cancellationToken);

    private async ValueTask<T> FirstAsync<T>(Func<EmbeddingSource, ValueTask<T>> use, CancellationToken cancellationToken)
    {
        SynapseException? first = null;
        foreach (var source in _sources)
        {
            try
            {
                return await use(source);
            }
            catch (WireException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                LogFailed(source.Settings.Name, exception.Failure.Kind, exception.Failure.Summary);
                first ??= exception.Failure.ToException(source.Settings, exception);
            }
            catch (SynapseException exception) when (exception is ProviderException or EgressRefusedException)
            {
                LogNotAsked(source.Settings.Name, exception.Code, FailureText.ForLog(exception, source.Settings));
                first ??= exception;
            }
        }

        throw first!;
    }

    [LoggerMessage(LogLevel.Warning, "Embedding with provider {Provider} failed: {Failure} ({Summary})")]
    private partial void LogFailed(string provider, ProviderFailure failure, string summary);

    [LoggerMessage(LogLevel.Warning, "Provider {Provider} could not be asked to embed: {Code} ({Reason})")]
    private partial void LogNotAsked(string provider, string code, string reason);
}
