using System.Globalization;
using System.Runtime.CompilerServices;
using Synapse.Embedding;
using Synapse.Providers.Configuration;
using Synapse.Telemetry;

namespace Synapse.Providers.Diagnosis;

/// <summary>The steps of one provider, each told as soon as it is over, and while it lasts.</summary>
internal sealed class ProviderExamination(ProviderProbe probe)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenNews = TimeSpan.FromSeconds(5);

    private bool _failed;
    private bool _usable;

    /// <summary>The embedding space that was found; null when the provider has not this role, or it failed.</summary>
    public EmbeddingSpace? Space { get; private set; }

    private ProviderSettings Settings => probe.Settings;

    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Step("settings", Finding.Ok(FindingCodes.Settings, Describe()), TimeSpan.Zero);
        await foreach (var step in CheckAsync("address", () => AddressCheck.ReachAsync(probe, cancellationToken), cancellationToken))
        {
            yield return step;
        }

        if (_usable && probe.Tokens is not null)
        {
            await foreach (var step in CheckAsync("sign-in", () => AddressCheck.SignInAsync(probe, cancellationToken), cancellationToken))
            {
                yield return step;
            }
        }

        // Without an address or a token, what follows would only say the same again.
        _failed = !_usable;
        await foreach (var step in RolesAsync(cancellationToken))
        {
            yield return step;
        }
    }

    private async IAsyncEnumerable<DiagnosisStep> RolesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (role, model, setting) in ChatRoles())
        {
            await foreach (var step in ChatAsync(role, new ChatCheck(probe, model, setting), model, setting, cancellationToken))
            {
                yield return step;
            }
        }

        if (Settings.EmbeddingModel is { } embedding)
        {
            await foreach (var step in EmbeddingAsync(embedding, cancellationToken))
            {
                yield return step;
            }
        }

        if (Settings.RerankModel is { } rerank)
        {
            await foreach (var step in CheckAsync("rerank", () => new RerankCheck(probe, rerank).RankAsync(cancellationToken), cancellationToken, rerank, "Rerank of the provider"))
            {
                yield return step;
            }
        }
    }

    private IEnumerable<(string Role, string Model, string Setting)> ChatRoles()
    {
        if (Settings.ChatModel is { } chat)
        {
            yield return ("chat", chat, probe.Words.ChatModel);
        }

        if (Settings.FastModel is { } fast && fast != Settings.ChatModel)
        {
            yield return ("fast", fast, probe.Words.FastModel);
        }
    }

    private async IAsyncEnumerable<DiagnosisStep> ChatAsync(string role, ChatCheck check, string model, string setting, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isChat = role == "chat";
        if (!_failed && isChat && Settings.Kind is not (ProviderKind.OpenAI or ProviderKind.AzureOpenAI or ProviderKind.Anthropic))
        {
            await foreach (var step in CheckAsync("server", () => check.FindServerAsync(cancellationToken), cancellationToken, model, setting))
            {
                yield return step;
            }

            if (!_usable)
            {
                yield return Skip(role);
                yield break;
            }
        }

        await foreach (var step in CheckAsync(role, () => check.WriteAsync(cancellationToken), cancellationToken, model, setting))
        {
            yield return step;
        }

        if (!_usable || !isChat)
        {
            yield break;
        }

        yield return Step("stream", check.Stream(), TimeSpan.Zero);
        await foreach (var step in CheckAsync("context", () => check.MeasureContextAsync(cancellationToken), cancellationToken, model, setting))
        {
            yield return step;
        }
    }

    private async IAsyncEnumerable<DiagnosisStep> EmbeddingAsync(string model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var check = new EmbeddingCheck(probe, model);
        await foreach (var step in CheckAsync("embedding", () => check.EmbedAsync(cancellationToken), cancellationToken, model, probe.Words.EmbeddingModel))
        {
            yield return step;
        }

        Space = check.Space;
        if (Space is null)
        {
            yield break;
        }

        await foreach (var step in CheckAsync("batch", () => check.FillBatchAsync(cancellationToken), cancellationToken, model, probe.Words.EmbeddingModel))
        {
            yield return step;
        }
    }

    // Waits for a server that loads its model, by asking again, and for one that is slow, by telling so.
    private async IAsyncEnumerable<DiagnosisStep> CheckAsync(
        string name, Func<Task<Finding>> check, [EnumeratorCancellation] CancellationToken cancellationToken, string? model = null, string? modelSetting = null)
    {
        if (_failed)
        {
            yield return Skip(name);
            yield break;
        }

        var begun = probe.Time.GetTimestamp();
        var told = TimeSpan.Zero;
        while (true)
        {
            var work = probe.TryAsync(check, model, modelSetting);
            while (!await EndsAsync(work, cancellationToken))
            {
                told = probe.Time.GetElapsedTime(begun);
                yield return Step(name, Waiting("It has not answered yet", told), told);
            }

            var finding = await work;
            var elapsed = probe.Time.GetElapsedTime(begun);
            if (finding.Code != FindingCodes.StillLoading || elapsed >= Settings.Timeouts.Load)
            {
                _usable = finding.IsUsable;
                yield return Step(name, finding, elapsed);
                yield break;
            }

            if (told == TimeSpan.Zero || elapsed - told >= BetweenNews)
            {
                told = elapsed;
                yield return Step(name, Waiting("The server is loading its model", elapsed), elapsed);
            }

            await Task.Delay(Poll, probe.Time, cancellationToken);
        }
    }

    private async Task<bool> EndsAsync(Task work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(work, Task.Delay(BetweenNews, probe.Time, ended.Token));
        await ended.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == work;
    }

    private Finding Waiting(string what, TimeSpan elapsed)
        => new(DiagnosisOutcome.Waiting, FindingCodes.Waiting, string.Create(CultureInfo.InvariantCulture, $"{what}; waiting for up to {Settings.Timeouts.Load.TotalSeconds:0} s, {elapsed.TotalSeconds:0} s so far."));

    private DiagnosisStep Skip(string name)
        => Step(name, new(DiagnosisOutcome.Skipped, FindingCodes.Skipped, "Not looked at, because a step before failed."), TimeSpan.Zero);

    private DiagnosisStep Step(string name, Finding finding, TimeSpan elapsed)
        => new(Settings.Name, name, finding.Outcome, finding.Code, finding.Text, finding.Cure, elapsed);

    private string Describe()
    {
        var credential = Settings switch
        {
            { Entra: { } entra } => $"signs in with Entra ID ({entra.Kind switch { EntraCredentialKind.ClientSecret => "client secret", EntraCredentialKind.ManagedIdentity => "managed identity", EntraCredentialKind.WorkloadIdentity => "workload identity", _ => "Azure CLI" }})",
            { ApiKey: not null } => "a key is set",
            _ => "no key is set",
        };
        (string Role, string? Model)[] roles = [("chat", Settings.ChatModel), ("fast", Settings.FastModel), ("embedding", Settings.EmbeddingModel), ("rerank", Settings.RerankModel)];
        var models = roles.Where(role => role.Model is not null).Select(role => $"{role.Role} '{role.Model}'");
        var surface = Settings.Kind != ProviderKind.AzureOpenAI ? "" : Settings.ApiVersion is { } version ? $", API version {version}" : ", v1 surface";
        var title = ServerTitle.Of(Settings.Kind);
        return $"{(title.StartsWith("a ", StringComparison.Ordinal) ? $"A{title[1..]}" : title)} at {Settings.Endpoint.GetLeftPart(UriPartial.Path)}{surface}; {credential}; {string.Join(", ", models)}.";
    }
}
