using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;
using Synapse.Providers.Metering;
using Synapse.Providers.Wire;
using Synapse.Telemetry;

namespace Synapse.Providers.Diagnosis;

/// <summary>Whether a model embeds, into which space, and how much at once.</summary>
internal sealed class EmbeddingCheck(ProviderProbe probe, string model)
{
    private const float UnitTolerance = 0.01f;

    /// <summary>Above this cosine two texts that have nothing in common are the same to a model.</summary>
    private const float Same = 0.9999f;

    private static readonly string[] Texts = ["Cats sleep most of the day.", "The invoice is due within thirty days."];

    private ProviderKind _kind;
    private EmbeddingLimits? _limits;

    /// <summary>The space that was found; null before, or when it failed.</summary>
    public EmbeddingSpace? Space { get; private set; }

    /// <summary>Embeds two texts.</summary>
    public async Task<Finding> EmbedAsync(CancellationToken cancellationToken)
    {
        _kind = await probe.Connection.Discovery.FindKindAsync(cancellationToken);
        var facts = await probe.Connection.Discovery.FindFactsAsync(model, cancellationToken);
        if (facts.IsRemote && probe.Settings.IsLocal)
        {
            return Finding.Failed(FindingCodes.RemoteModel, $"'{model}' runs on another host, to which the local server only passes texts on.", $"Name a model in {probe.Words.EmbeddingModel} that runs on this machine.");
        }

        _limits = EmbeddingLimits.Of(probe.Settings, _kind, model, facts);
        GeneratedEmbeddings<Embedding<float>> rows;
        try
        {
            rows = await SendAsync(Texts, probe.Settings.EmbeddingDimensions, cancellationToken);
        }
        catch (WireException exception) when (probe.Settings.EmbeddingDimensions is not null && exception.Failure.Kind == ProviderFailure.Protocol)
        {
            return await OtherDimensionsAsync(cancellationToken);
        }

        var (first, second) = (rows[0].Vector, rows[1].Vector);
        if (TensorPrimitives.CosineSimilarity(first.Span, second.Span) > Same)
        {
            return Finding.Failed(FindingCodes.EmbeddingsEqual, $"'{model}' gives the same embedding to different texts, so that nothing can be found with it.", "Start the server with an embedding model, and with the pooling that it was made for.");
        }

        Space = new(NameOf(facts.ServedModel, rows[0].ModelId), first.Length, probe.Settings.QueryPrefix, probe.Settings.PassagePrefix);
        var isUnit = MathF.Abs(TensorPrimitives.Norm(first.Span) - 1) < UnitTolerance;
        return Finding.Ok(FindingCodes.Embeds, $"'{model}' embeds into {Numbers(first.Length)}, {(isUnit ? "of unit length" : "which Synapse brings to unit length")}.");
    }

    /// <summary>Sends as many texts at once as will be sent later. To be called after <see cref="EmbedAsync"/> went well.</summary>
    public async Task<Finding> FillBatchAsync(CancellationToken cancellationToken)
    {
        var limits = _limits!;
        var configured = probe.Settings.EmbeddingBatchSize;
        var count = Math.Min(limits.BatchSize, 64);
        try
        {
            await SendAsync([.. Enumerable.Range(0, count).Select(number => Texts[number % Texts.Length])], Space!.Dimensions, cancellationToken);
        }
        catch (WireException exception) when (exception.Failure.Kind is ProviderFailure.TooLarge or ProviderFailure.BadConfig)
        {
            var most = exception.Failure.ServerBatchSize;
            return Finding.Warning(FindingCodes.BatchTooLarge, $"The server does not take {count} texts at once{(most is null ? "" : $", at most {most}")}. Synapse sends fewer after the first refusal.", $"Set {SettingWords.BatchSize} to {most ?? count / 2}.");
        }

        return configured > limits.BatchSize
            ? Finding.Warning(FindingCodes.BatchTooLarge, $"{configured} texts at once are configured, and the server takes {limits.BatchSize}; the smaller counts.", $"Set {SettingWords.BatchSize} to {limits.BatchSize}, or leave it out.")
            : Finding.Ok(FindingCodes.Batch, string.Create(CultureInfo.InvariantCulture, $"It takes {count} texts at once; longer ones are split at {limits.InputTokens:N0} tokens."));
    }

    private async Task<Finding> OtherDimensionsAsync(CancellationToken cancellationToken)
    {
        var configured = probe.Settings.EmbeddingDimensions;
        var rows = await SendAsync(Texts, null, cancellationToken);
        return new(
            DiagnosisOutcome.Failed,
            FindingCodes.DimensionsDiffer,
            $"'{model}' gives {Numbers(rows[0].Vector.Length)}, and {configured} are configured.",
            $"Set {probe.Words.Dimensions} to {rows[0].Vector.Length}, or leave it out; or name another model in {probe.Words.EmbeddingModel}.");
    }

    private Task<GeneratedEmbeddings<Embedding<float>>> SendAsync(IReadOnlyList<string> texts, int? dimensions, CancellationToken cancellationToken) => probe.UseAsync(model, async () =>
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Embedding, []);
        var plain = probe.Connection.NewEmbeddingGenerator(_kind, model, dimensions is null ? probe.Settings with { EmbeddingDimensions = null } : probe.Settings);
        using var generator = new OpenTelemetryEmbeddingGenerator<string, Embedding<float>>(plain, null, ProviderTelemetry.SourceName) { EnableSensitiveData = false };
        var begun = probe.Time.GetTimestamp();
        var rows = await generator.GenerateAsync(texts, new() { ModelId = model, Dimensions = dimensions }, cancellationToken);
        return (rows, rows.Usage?.InputTokenCount ?? 0, 0L, probe.Time.GetElapsedTime(begun));
    });

    private string NameOf(string? served, string? replied) => probe.Settings.Kind switch
    {
        // A deployment can have any name; what counts is the model behind it.
        ProviderKind.AzureOpenAI => replied is { Length: > 0 } ? replied : model,
        _ => served is { Length: > 0 } ? served : model,
    };

    private static string Numbers(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} numbers");
}
