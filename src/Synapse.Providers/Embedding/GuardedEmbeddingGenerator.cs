using Microsoft.Extensions.AI;
using Synapse.Providers.Chat;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Embedding;

/// <summary>What the embedding clients of all kinds have in common: one request, a time limit for the whole, a reply that is checked.</summary>
internal abstract class GuardedEmbeddingGenerator(ProviderSettings settings, string model, FailureClassifier classifier, TimeProvider time) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new(ProviderNames.Of(settings.Kind), settings.Endpoint, model, settings.EmbeddingDimensions);

    protected ProviderSettings Settings { get; } = settings;

    protected string Model { get; } = model;

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var inputs = values as IReadOnlyList<string> ?? [.. values];
        using var total = new CancellationTokenSource(Settings.Timeouts.Total, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(total.Token, cancellationToken);
        try
        {
            await using var open = await SendAsync(inputs, linked.Token);
            using var body = await BodyReader.ReadAsync(open.Body, WireLimits.Embeddings, linked.Token)
                ?? throw new WireException(classifier.Protocol($"the reply is longer than {WireLimits.Embeddings >> 20} MiB"));
            open.IsRead = true;
            var reply = EmbeddingReply.Read(body.Bytes, inputs.Count, options?.Dimensions ?? Settings.EmbeddingDimensions, classifier);
            return new(reply.Rows.Select(row => new Embedding<float>(row) { ModelId = reply.Model }))
            {
                Usage = new() { InputTokenCount = reply.InputTokens, TotalTokenCount = reply.InputTokens },
            };
        }
        catch (OperationCanceledException exception) when (total.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WireException(classifier.Unavailable($"not over after {Settings.Timeouts.Total}"), exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new WireException(classifier.OfException(exception, isMidStream: true)!, exception);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
        => serviceKey is not null ? null : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The connection belongs to the provider.
    }

    /// <summary>Sends the texts.</summary>
    /// <returns>The reply whose headers are there; disposing it closes the connection.</returns>
    protected abstract Task<OpenReply> SendAsync(IReadOnlyList<string> inputs, CancellationToken cancellationToken);
}
