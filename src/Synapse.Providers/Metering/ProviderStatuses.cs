using System.Globalization;
using Synapse.Errors;
using Synapse.Providers.Chat;
using Synapse.Providers.Configuration;
using Synapse.Providers.Policy;
using Synapse.Providers.Wire;
using Synapse.Telemetry;

namespace Synapse.Providers.Metering;

/// <summary>Tells how the providers are, from what they did and from which circuits are open.</summary>
internal sealed class ProviderStatuses(IReadOnlyList<ProviderConnection> providers) : IProviderStatuses
{
    public IReadOnlyList<ProviderStatus> List() => [.. providers.Select(Status)];

    private static ProviderStatus Status(ProviderConnection provider)
    {
        var settings = provider.Settings;
        var reading = provider.Meter.Read();
        var reason = provider.Breakers.Select(breaker => breaker.Value.Reason).FirstOrDefault(reason => reason is not null);
        return new(
            settings.Name,
            ProviderNames.Id(provider.Discovery.Kind),
            string.Create(CultureInfo.InvariantCulture, $"{settings.Endpoint.Host}:{settings.Endpoint.Port}"),
            settings.IsLocal,
            Roles(settings),
            State(reading, reason),
            reason?.Detail ?? (reading.IsLoading ? "It is loading its model." : null),
            reading.Requests,
            reading.Failures,
            reading.InputTokens,
            reading.OutputTokens,
            reading.Cost,
            reading.LatencyMs,
            reading.LastUsedAt)
        {
            Currency = settings.Prices.Values.Select(price => price.Currency).Distinct().ToArray() is [var only] ? only : null,
            IsCircuitOpen = reason is not null,
        };
    }

    private static ProviderState State(MeterReading reading, WireFailure? reason) => (reason?.Kind, reading) switch
    {
        (ProviderFailure.Auth or ProviderFailure.BadConfig, _) => ProviderState.Misconfigured,
        (ProviderFailure.Unavailable, _) => ProviderState.Offline,
        (not null, _) => ProviderState.Degraded,
        (_, { IsLoading: true }) => ProviderState.Loading,
        (_, { WentWell: true }) => ProviderState.Ready,
        (_, { WentWell: false }) => ProviderState.Degraded,
        _ => ProviderState.Unknown,
    };

    private static Dictionary<string, string> Roles(ProviderSettings settings)
    {
        var roles = new Dictionary<string, string>();
        Add("chat", settings.ChatModel);
        Add("fast", settings.FastModel);
        Add("embedding", settings.EmbeddingModel);
        Add("rerank", settings.RerankModel);
        return roles;

        void Add(string role, string? model)
        {
            if (model is not null)
            {
                roles.Add(role, model);
            }
        }
    }
}
