using System.Globalization;
using System.Net;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Retrieval;
using Synapse.Providers.Configuration;
using Synapse.Server.Security;

namespace Synapse.Server.Hosting;

/// <summary>Reads the server's settings from the command line, the environment, <c>.env</c> files and <c>appsettings.json</c> of the data folder, in this order, and reports all faults together.</summary>
public static class ServerOptionsReader
{
    /// <summary>The variable that names the address to listen on. Not HOST: some shells set that to the name of the machine.</summary>
    public const string HostVariable = "SYNAPSE_HOST";

    /// <summary>The variable that names the address under which browsers come.</summary>
    public const string PublicUrlVariable = "SYNAPSE_PUBLIC_URL";

    /// <summary>The variable that says how entries of the log are written.</summary>
    public const string LogFormatVariable = "SYNAPSE_LOG_FORMAT";

    private const string Section = "Synapse:Server";
    private static readonly string[] KnownKeys = [.. SettingDescriptions.Server.Select(setting => setting.Name)];

    /// <summary>Reads the settings of a server that people use.</summary>
    /// <param name="dataFolder">The data folder as named on the command line; null for the default.</param>
    /// <param name="port">The port as named on the command line; null for the setting.</param>
    /// <param name="folders">Folders to index and watch.</param>
    /// <param name="host">The address to listen on as named on the command line; null for the setting.</param>
    /// <exception cref="InvalidConfigurationException">At least one setting is wrong.</exception>
    public static ServerOptions Read(string? dataFolder, string? port, IReadOnlyList<string> folders, string? host = null)
    {
        var data = new DataFolder(dataFolder ?? DataFolder.DefaultPath());
        var settings = StartSettings.Read(data, Directory.GetCurrentDirectory());
        var faults = new List<string>(settings.Faults);
        var section = settings.Configuration.GetSection(Section);
        var before = faults.Count;
        var policy = EgressOptionsReader.Read(settings.Configuration, faults);
        StoreSettings.Read(settings.Configuration, faults.Count == before ? policy : null, faults);
        SharedToken.Read(settings.Configuration, faults);
        MetricsToken.Read(settings.Configuration, faults);
        foreach (var child in section.GetChildren().Where(child => !KnownKeys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Add($"{Section}:{child.Key}: there is no such setting. Known are {string.Join(", ", KnownKeys)}.");
        }

        faults.AddRange(SectionFaults.Find<EmbeddingOptions>(settings.Configuration, EmbeddingOptions.SectionName));
        faults.AddRange(SectionFaults.Find<IngestionOptions>(settings.Configuration, IngestionOptions.SectionName));
        faults.AddRange(SectionFaults.Find<RetrievalOptions>(settings.Configuration, RetrievalOptions.SectionName));
        var (portKey, portText) = port is not null ? ("--port", port)
            : settings.Configuration[ServerVariables.Port] is { Length: > 0 } variablePort ? (ServerVariables.Port, variablePort)
            : ($"{Section}:Port", section["Port"]);
        var (hostKey, hostText) = host is not null ? ("--host", host) : Named(HostVariable, "Host", settings.Configuration, section);
        var (urlKey, urlText) = Named(PublicUrlVariable, "PublicUrl", settings.Configuration, section);
        var (formatKey, formatText) = Named(LogFormatVariable, "LogFormat", settings.Configuration, section);
        var options = new ServerOptions
        {
            DataFolder = data,
            Host = Address(hostKey, hostText, faults),
            PublicUrl = PublicUrl(urlKey, urlText, faults),
            Folders = [.. folders.Select(Path.GetFullPath)],
            Port = Number(portKey, portText, ServerOptions.DefaultPort, 0, ushort.MaxValue, "a port, or 0 for any free one", faults),
            AllowedHosts = Hosts(section["AllowedHosts"], faults),
            SignInLinkLifetime = TimeSpan.FromMinutes(Number($"{Section}:SignInLinkMinutes", section["SignInLinkMinutes"], 15, 1, 1_440, "minutes", faults)),
            SessionIdle = TimeSpan.FromMinutes(Number($"{Section}:SessionIdleMinutes", section["SessionIdleMinutes"], 480, 5, 43_200, "minutes", faults)),
            SessionLifetime = TimeSpan.FromDays(Number($"{Section}:SessionLifetimeDays", section["SessionLifetimeDays"], 7, 1, 365, "days", faults)),
            LogLevel = Level(section["LogLevel"], faults),
            LogFormat = Format(formatKey, formatText, faults),
        };
        faults.AddRange(ProviderSettingsReader.Read(settings.Configuration).Faults.Select(fault => fault.ToString()));
        return faults.Count > 0 ? throw new InvalidConfigurationException(faults) : options;
    }

    private static int Number(string key, string? text, int standard, int least, int most, string unit, List<string> faults)
    {
        if (string.IsNullOrEmpty(text))
        {
            return standard;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        faults.Add($"{key}: '{text}' is not a number from {least} to {most} ({unit}). Leave it out for {standard}.");
        return standard;
    }

    // The variable counts before the setting of the section.
    private static (string Key, string? Text) Named(string variable, string setting, IConfiguration configuration, IConfigurationSection section)
        => configuration[variable]?.Trim() is { Length: > 0 } text ? (variable, text) : ($"{Section}:{setting}", section[setting]?.Trim());

    private static IPAddress? Address(string key, string? text, List<string> faults)
    {
        if (string.IsNullOrEmpty(text) || text.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (text == "*")
        {
            return IPAddress.IPv6Any;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return address;
        }

        faults.Add($"{key}: '{text}' is not an IP address. Write one of this machine, 0.0.0.0 for all of IPv4, * for all, or leave it out for this machine alone.");
        return null;
    }

    private static Uri? PublicUrl(string key, string? text, List<string> faults)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0, AbsolutePath: "/" })
        {
            return url;
        }

        faults.Add($"{key}: it is not an http or https address without a path, such as https://synapse.example.com. Write the address under which browsers come, or leave it out.");
        return null;
    }

    private static string[] Hosts(string? text, List<string> faults)
    {
        string[] hosts = text is null ? [] : text.Split(',', ';').Select(host => host.Trim()).Where(host => host.Length > 0).ToArray();
        foreach (var host in hosts.Where(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))
        {
            faults.Add($"{Section}:AllowedHosts: '{host}' is not a host name. Give names without scheme and port, separated by commas; '*' is not taken.");
        }

        return hosts;
    }

    private static LogLevel Level(string? text, List<string> faults)
    {
        if (string.IsNullOrEmpty(text))
        {
            return LogLevel.Information;
        }

        if (Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level))
        {
            return level;
        }

        faults.Add($"{Section}:LogLevel: '{text}' is not one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
        return LogLevel.Information;
    }

    private static LogFormat Format(string key, string? text, List<string> faults)
    {
        if (string.IsNullOrEmpty(text))
        {
            return LogFormat.Text;
        }

        if (Enum.TryParse<LogFormat>(text, ignoreCase: true, out var format) && Enum.IsDefined(format))
        {
            return format;
        }

        faults.Add($"{key}: '{text}' is neither text nor json. Leave it out for text.");
        return LogFormat.Text;
    }
}
