using System.Runtime.CompilerServices;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Policy;
using Synapse.Telemetry;

namespace Synapse.Providers.Diagnosis;

/// <summary>Examines the configured providers, then whether what is stored fits their embeddings. Without any, the embedder of this process.</summary>
/// <param name="providers">The providers.</param>
/// <param name="connections">Their connections that the rest of the process uses.</param>
/// <param name="egress">Makes connections.</param>
/// <param name="embedders">Holds the embedder of this process.</param>
/// <param name="listStored">Tells the spaces that collections are embedded in.</param>
/// <param name="time">The clock.</param>
internal sealed class ProviderDoctor(
    IReadOnlyList<ProviderSettings> providers, ProviderConnections connections, IEgress egress, IEmbedders embedders, ListStoredSpaces listStored, TimeProvider time) : IProviderDoctor
{
    private const string BuiltIn = "built-in";

    public async IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(AccessScope scope, string? provider, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var chosen = Choose(provider);
        var spaces = new List<EmbeddingSpace>();
        foreach (var settings in chosen)
        {
            ProviderExamination? examination = null;
            var (probe, refused) = Open(settings);
            if (refused is not null)
            {
                yield return refused;
                continue;
            }

            using (probe)
            {
                examination = new ProviderExamination(probe!);
                await foreach (var step in examination.RunAsync(cancellationToken))
                {
                    yield return step;
                }
            }

            if (examination.Space is { } space)
            {
                spaces.Add(space);
            }
        }

        if (providers.Count == 0)
        {
            yield return new(BuiltIn, "settings", DiagnosisOutcome.Ok, FindingCodes.NothingConfigured, "No provider is configured: texts are embedded in this process, and answers are quoted from the documents.", null, TimeSpan.Zero);
        }

        if (provider is null && chosen.All(settings => settings.EmbeddingModel is null))
        {
            yield return await CheckBuiltInAsync(cancellationToken);
        }
        else if (spaces.Count > 0)
        {
            yield return await CompareAsync(scope, spaces, chosen.Count == providers.Count, cancellationToken);
        }
    }

    private IReadOnlyList<ProviderSettings> Choose(string? provider)
    {
        if (provider is null)
        {
            return providers;
        }

        var named = providers.Where(settings => settings.Name.Equals(provider, StringComparison.OrdinalIgnoreCase)).ToList();
        var chosen = named.Count > 0 ? named : providers.Where(settings => IsOfKind(settings, provider)).ToList();
        return chosen.Count > 0 ? chosen : throw new ProviderNotFoundException(provider, Advice(provider));
    }

    private static bool IsOfKind(ProviderSettings settings, string kind) => kind.ToLowerInvariant() switch
    {
        "openai" => settings.Kind == ProviderKind.OpenAI,
        "azure" => settings.Kind == ProviderKind.AzureOpenAI,
        "local" => settings.IsLocal,
        _ => false,
    };

    private string Advice(string provider)
    {
        var there = providers.Count == 0
            ? "None is: texts are embedded in this process, and answers are quoted."
            : $"There are {string.Join(", ", providers.Select(settings => $"'{settings.Name}'"))}.";
        return provider.ToLowerInvariant() switch
        {
            "openai" => $"{there} Set OPENAI_API_KEY to use OpenAI.",
            "azure" => $"{there} Set USE_AZURE_OPENAI=true with AZURE_OPENAI_ENDPOINT, AZURE_OPENAI_API_KEY and AZURE_OPENAI_CHAT_DEPLOYMENT to use Azure OpenAI.",
            "local" => $"{there} Set USE_LOCAL_MODELS=true with LOCAL_LLM_ENDPOINT and LOCAL_LLM_MODEL to use a model server of your own.",
            _ => $"{there} Name one of them, or 'openai', 'azure' or 'local'.",
        };
    }

    private (ProviderProbe? Probe, DiagnosisStep? Refused) Open(ProviderSettings settings)
    {
        try
        {
            var (connection, tokens) = ProviderProbe.Connect(settings, egress, time);
            return (new ProviderProbe(connection, tokens, connections.All.FirstOrDefault(live => live.Settings.Name == settings.Name), egress, time), null);
        }
        catch (EgressRefusedException refused)
        {
            var finding = new FailureFindings(settings).Of(refused);
            return (null, new(settings.Name, "address", finding.Outcome, finding.Code, finding.Text, finding.Cure, TimeSpan.Zero));
        }
    }

    private async Task<DiagnosisStep> CheckBuiltInAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var space = await embedders.BuiltIn.GetSpaceAsync(cancellationToken);
        await embedders.BuiltIn.EmbedQueryAsync("Cats sleep most of the day.", cancellationToken);
        return new(BuiltIn, "embedding", DiagnosisOutcome.Ok, FindingCodes.BuiltIn, $"The embedder of this process, '{space.Model}', embeds into {space.Dimensions} numbers. Nothing leaves for it.", null, time.GetElapsedTime(begun));
    }

    // Collections whose space nobody here has are searched by words alone until they are embedded anew.
    private async Task<DiagnosisStep> CompareAsync(AccessScope scope, IReadOnlyList<EmbeddingSpace> spaces, bool sawAll, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var builtIn = (await embedders.BuiltIn.GetSpaceAsync(cancellationToken)).Fingerprint;
        var differing = new List<string>();
        var all = await listStored(scope, cancellationToken);
        foreach (var (collection, stored) in all)
        {
            var fits = stored.Fingerprint == builtIn || spaces.Any(space => space.Fingerprint == stored.Fingerprint);
            if (!fits && (sawAll || spaces.Any(space => space.Model == stored.Model)))
            {
                differing.Add($"'{collection}' ({stored.Dimensions} numbers of '{stored.Model}')");
            }
        }

        var now = string.Join(", ", spaces.Select(space => $"{space.Dimensions} numbers of '{space.Model}'").Distinct());
        return differing.Count == 0
            ? new(BuiltIn, "collections", DiagnosisOutcome.Ok, FindingCodes.CollectionsFit, $"The embeddings of {all.Count} collections fit.", null, time.GetElapsedTime(begun))
            : new(
                BuiltIn, "collections", DiagnosisOutcome.Warning, FindingCodes.CollectionsDiffer, $"Embedded with a model that is not configured: {string.Join(", ", differing)}. Configured: {now}.",
                "Configure that model again, or run 'synapse index' on their folders to embed them anew; until then they are searched by words alone.", time.GetElapsedTime(begun));
    }
}
