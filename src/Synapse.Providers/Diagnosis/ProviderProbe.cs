using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Entra;
using Synapse.Providers.Policy;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Diagnosis;

/// <summary>A provider under examination: a connection of its own, so that nothing that was learned before hides what is so now.</summary>
/// <param name="connection">The connection to examine with.</param>
/// <param name="tokens">Its sign-in; null without one.</param>
/// <param name="live">The connection that the rest of the process uses, which counts these requests too and hears how the provider is; null when there is none.</param>
/// <param name="egress">Makes further connections.</param>
/// <param name="time">The clock.</param>
internal sealed class ProviderProbe(ProviderConnection connection, IAccessTokens? tokens, ProviderConnection? live, IEgress egress, TimeProvider time) : IDisposable
{
    /// <summary>Makes a connection with a sign-in of its own where the provider wants one.</summary>
    /// <exception cref="EgressRefusedException">The policy never allows it.</exception>
    public static (ProviderConnection Connection, IAccessTokens? Tokens) Connect(ProviderSettings settings, IEgress egress, TimeProvider time)
    {
        var tokens = settings.Entra is null ? null : EntraSignIn.Create(settings, egress, time);
        return (new ProviderConnection(settings, egress, tokens, time), tokens);
    }

    public ProviderSettings Settings => connection.Settings;

    public ProviderConnection Connection => connection;

    public IAccessTokens? Tokens => tokens;

    public IEgress Egress => egress;

    public TimeProvider Time => time;

    public SettingWords Words { get; } = new(connection.Settings);

    public FailureFindings Failures { get; } = new(connection.Settings);

    /// <summary>Uses a model once, and counts it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="use">Sends the request; tells tokens and the time to the first of the reply.</param>
    /// <exception cref="WireException">It failed.</exception>
    public async Task<T> UseAsync<T>(string model, Func<Task<(T Result, long InputTokens, long OutputTokens, TimeSpan Latency)>> use)
    {
        live?.Meter.Sent();
        try
        {
            var (result, input, output, latency) = await use();
            live?.Meter.Replied(latency);
            live?.Meter.Succeeded(model, input, output);
            live?.Breaker(model).Reset();
            return result;
        }
        catch (WireException exception)
        {
            live?.Meter.Failed(exception.Failure.Kind, exception.Failure.IsLoading);
            live?.Breaker(model).Fail(exception.Failure);
            throw;
        }
        catch (ProviderException exception)
        {
            live?.Meter.Failed(exception.Failure, isLoading: false);
            throw;
        }
    }

    /// <summary>Runs a check that may fail as providers do.</summary>
    public async Task<Finding> TryAsync(Func<Task<Finding>> check, string? model = null, string? modelSetting = null)
    {
        try
        {
            return await check();
        }
        catch (Exception exception) when (exception is WireException or EgressRefusedException or ProviderException)
        {
            return Failures.Of(exception, model, modelSetting);
        }
    }

    public void Dispose() => connection.Dispose();
}
