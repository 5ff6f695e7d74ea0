using Synapse.Library;
using Synapse.Postgres;
using Synapse.Server.Security;
using Synapse.Server.Telemetry;

namespace Synapse.Server.Hosting;

/// <summary>The variables that the server reads beside those of providers, for what checks, describes and suggests them.</summary>
public static class ServerVariables
{
    /// <summary>The variable that names the server's port.</summary>
    public const string Port = "PORT";

    /// <summary>The variables, in the order of the documentation.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        UserDataFolder.Variable, Port, ServerOptionsReader.HostVariable, ServerOptionsReader.PublicUrlVariable,
        DatabaseAddress.Variable, DatabaseAddress.ReplicaVariable, DatabaseAddress.PasswordFileVariable, SharedToken.Variable, SharedToken.FileVariable, ServerOptionsReader.LogFormatVariable,
        ModelSettings.EndpointVariable, ModelSettings.TokenVariable, TelemetryEndpoint.Variable, TelemetryEndpoint.HeadersVariable, TelemetrySettings.LogsVariable, MetricsToken.Variable, MetricsToken.FileVariable,
    ];
}
