using System.Globalization;
using Synapse.LocalModels.Keeping;
using Synapse.Postgres;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Server.Security;
using Synapse.Server.Telemetry;

namespace Synapse.Server.Hosting;

/// <summary>The settings that the server reads one by one, as docs/configuration.md shows them. Sections that are bound to a class of options describe themselves.</summary>
internal static class SettingDescriptions
{
    /// <summary>Variables that stand for themselves or for a setting of the sections below, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingDescription> Variables { get; } =
    [
        new(Library.UserDataFolder.Variable, SettingKind.Folder, "the data folder; `--data` counts before it", "the user's application data", "`/srv/synapse`"),
        new(ServerVariables.Port, SettingKind.Number, "port of the server; 0 for any free one; `--port` counts before it", $"`{ServerOptions.DefaultPort}`", "`8080`", 0, ushort.MaxValue),
        new(ServerOptionsReader.HostVariable, SettingKind.Text, "IP address that the server listens on: one of this machine, `0.0.0.0` for all of IPv4, `*` for all; `--host` counts before it. It speaks HTTP without encryption, so let only a proxy or a network that you trust reach it", "loopback", "`0.0.0.0`"),
        new(ServerOptionsReader.PublicUrlVariable, SettingKind.Address, "address, without a path, under which browsers come through a proxy: sign-in links lead there, and its origin and encryption count as the server's own", "none", "`https://synapse.example.com`"),
        new(DatabaseAddress.Variable, SettingKind.Text, "PostgreSQL database that holds everything instead of the data folder, see [the team store](team-store.md)", "none: the data folder", "`postgres://synapse:secret@10.0.0.5:5432/synapse`"),
        new(DatabaseAddress.ReplicaVariable, SettingKind.Text, "standby of that database, for searches, see [searching on a standby](team-store.md#searching-on-a-standby)", "none", "`postgres://synapse@10.0.0.6:5432/synapse`"),
        new(DatabaseAddress.PasswordFileVariable, SettingKind.File, "file that holds its password", "none", "`/run/secrets/database`"),
        new(SharedToken.Variable, SettingKind.Secret, "a second bearer token of the HTTP API, the same on several servers; 40 to 1,000 characters", "none: that of the data folder alone", "64 hex digits"),
        new(SharedToken.FileVariable, SettingKind.File, "file that holds it", "none", "`/run/secrets/synapse`"),
        new(ModelSettings.EndpointVariable, SettingKind.Address, "the hub that [models](models.md) come from", "`https://huggingface.co`", "`https://hub.example.com`"),
        new(ModelSettings.TokenVariable, SettingKind.Secret, "token of that hub, for gated models", "none", "`hf_...`"),
        new(TelemetryEndpoint.Variable, SettingKind.Address, "collector for [metrics and traces](monitoring.md)", "none: nothing is exported", "`http://127.0.0.1:4318`"),
        new(TelemetryEndpoint.HeadersVariable, SettingKind.Text, "headers for it, as `key=value,key=value`", "none", "`authorization=Bearer%20TOKEN`"),
        new(TelemetrySettings.LogsVariable, SettingKind.Choice, "whether [the log](monitoring.md#the-log) goes there too: `otlp` or `none`", "`none`", "`otlp`"),
        new(MetricsToken.Variable, SettingKind.Secret, "bearer token that reads [`/metrics`](monitoring.md#prometheus) and nothing else; 40 to 1,000 characters", "none: there is no `/metrics`", "64 hex digits"),
        new(MetricsToken.FileVariable, SettingKind.File, "file that holds it", "none", "`/run/secrets/metrics_token`"),
        new(ServerOptionsReader.LogFormatVariable, SettingKind.Choice, "how [the log](monitoring.md#the-log) is written: `text` or `json`", "`text`", "`json`"),
    ];

    /// <summary>Settings of <c>Synapse:Server</c>.</summary>
    public static IReadOnlyList<SettingDescription> Server { get; } =
    [
        new("Port", SettingKind.Number, $"as `{ServerVariables.Port}`, which counts before it", $"{ServerOptions.DefaultPort}", null, 0, ushort.MaxValue),
        new("Host", SettingKind.Text, $"as `{ServerOptionsReader.HostVariable}`, which counts before it", "loopback"),
        new("PublicUrl", SettingKind.Address, $"as `{ServerOptionsReader.PublicUrlVariable}`, which counts before it", "none"),
        new("AllowedHosts", SettingKind.List, "host names that the Host header may have besides those of loopback and of `PublicUrl`", "none"),
        new("SignInLinkMinutes", SettingKind.Number, "how long a sign-in link works", "15", null, 1, 1_440),
        new("SessionIdleMinutes", SettingKind.Number, "how long a browser stays signed in without doing anything", "480", null, 5, 43_200),
        new("SessionLifetimeDays", SettingKind.Number, "how long a browser stays signed in at most", "7", null, 1, 365),
        new("LogLevel", SettingKind.Choice, "least level that goes to the standard error stream: `Trace`, `Debug`, `Information`, `Warning`, `Error`, `Critical`, `None`", "`Information`"),
        new("LogFormat", SettingKind.Choice, $"as `{ServerOptionsReader.LogFormatVariable}`, which counts before it", "`text`"),
    ];

    /// <summary>Settings of <c>Synapse:Egress</c>.</summary>
    public static IReadOnlyList<SettingDescription> Egress { get; } =
    [
        new(nameof(EgressOptions.Offline), SettingKind.Switch, "as `SYNAPSE_OFFLINE`; either is enough, see [private by proof](privacy.md)", "`false`"),
        new(nameof(EgressOptions.PrivateAddresses), SettingKind.List, "private IP addresses or ranges, with or without port, that offline mode may reach", "none"),
        new(nameof(EgressOptions.Hosts), SettingKind.Text, "below it, `NAME`: the IP address of that name; no name server is asked for it", "none"),
        new(nameof(EgressOptions.CaFile), SettingKind.File, "PEM file with authorities that are trusted beside the system's", "none"),
        new(nameof(EgressOptions.LedgerEntries), SettingKind.Number, "most entries that the ledger keeps", Count(new EgressOptions().LedgerEntries), null, 100, 10_000_000),
        new(nameof(EgressOptions.LedgerDays), SettingKind.Number, "days that the ledger keeps an entry", Count(new EgressOptions().LedgerDays), null, 1, 3_650),
    ];

    /// <summary>Settings of <c>Synapse:Models</c>.</summary>
    public static IReadOnlyList<SettingDescription> Models { get; } =
    [
        new("Folder", SettingKind.Folder, "where [models](models.md) that were fetched or imported lie; an absolute path", "`models` in the data folder"),
        new("Hub", SettingKind.Address, $"as `{ModelSettings.EndpointVariable}`, before which it counts", "`https://huggingface.co`"),
        new("DownloadHosts", SettingKind.List, "hosts that the hub may send a download on to", string.Join(", ", ModelStoreOptions.KnownDownloadHosts.Select(host => $"`{host}`"))),
        new("MaxModelBytes", SettingKind.Number, "most bytes of one model that is fetched", Count(new ModelStoreOptions { Folder = "/" }.MaxModelBytes), null, ModelSettings.LeastModelBytes, ModelSettings.MostModelBytes),
    ];

    /// <summary>Settings of <c>Synapse:Telemetry</c>.</summary>
    public static IReadOnlyList<SettingDescription> Telemetry { get; } =
    [
        new(TelemetryEndpoint.Setting.Split(':')[^1], SettingKind.Address, $"as `{TelemetryEndpoint.Variable}`, before which it counts", "none"),
    ];

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
