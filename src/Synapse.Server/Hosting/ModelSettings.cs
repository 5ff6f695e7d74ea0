using System.Globalization;
using Synapse.LocalModels.Keeping;
using Synapse.Privacy;
using Synapse.Providers.Configuration;

namespace Synapse.Server.Hosting;

/// <summary>Reads where models lie and where they come from, and reports all faults together.</summary>
internal static class ModelSettings
{
    /// <summary>The hub's own variable for its address; <see cref="HubSetting"/> counts before it.</summary>
    public const string EndpointVariable = "HF_ENDPOINT";

    /// <summary>The hub's own variable for a token.</summary>
    public const string TokenVariable = "HF_TOKEN";

    /// <summary>The setting for the hub's address.</summary>
    public const string HubSetting = $"{Section}:Hub";

    internal const long LeastModelBytes = 1_000_000;
    internal const long MostModelBytes = 1_000_000_000_000;
    private const string Section = "Synapse:Models";
    private static readonly string[] KnownKeys = [.. SettingDescriptions.Models.Select(setting => setting.Name)];

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="dataFolder">The data folder, which holds the models when no folder is named.</param>
    /// <param name="faults">Receives what is wrong, each with its key and its cure.</param>
    /// <returns>Options that are not to be used when there are faults.</returns>
    public static ModelStoreOptions Read(IConfiguration configuration, DataFolder dataFolder, ICollection<string> faults)
    {
        var section = configuration.GetSection(Section);
        foreach (var child in section.GetChildren().Where(child => !KnownKeys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Add($"{Section}:{child.Key}: there is no such setting. Known are {string.Join(", ", KnownKeys)}.");
        }

        var standard = new ModelStoreOptions { Folder = ModelStoreOptions.FolderIn(dataFolder.Path) };
        return new ModelStoreOptions
        {
            Folder = ReadFolder(section["Folder"], standard.Folder, faults),
            Hub = ReadHub(configuration, standard.Hub, faults),
            Token = configuration[TokenVariable] is { Length: > 0 } token ? ReadToken(token, faults) : null,
            DownloadHosts = ReadHosts(section.GetSection("DownloadHosts"), standard.DownloadHosts, faults),
            MaxModelBytes = ReadMost(section["MaxModelBytes"], standard.MaxModelBytes, faults),
            ReachOf = HostReach.Of,
        };
    }

    private static string ReadFolder(string? text, string standard, ICollection<string> faults)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return standard;
        }

        if (!Path.IsPathRooted(text))
        {
            faults.Add($"{Section}:Folder: '{text}' is not an absolute path. Write one, or leave it out for '{standard}'.");
        }

        return text;
    }

    private static Uri ReadHub(IConfiguration configuration, Uri standard, ICollection<string> faults)
    {
        var key = configuration[HubSetting] is { Length: > 0 } ? HubSetting : EndpointVariable;
        if (configuration[key]?.Trim() is not { Length: > 0 } text)
        {
            return standard;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var hub) || hub.Scheme is not ("http" or "https") || hub.UserInfo.Length > 0 || hub.Query.Length > 0 || hub.Fragment.Length > 0)
        {
            faults.Add($"{key}: it is not the http or https address of a hub. Write one without credential and query, such as {standard}, or leave it out.");
            return standard;
        }

        if (hub.Scheme == "http" && HostReach.Of(hub) == AddressReach.Public)
        {
            faults.Add($"{key}: models come from the internet only encrypted. Use an https address.");
        }

        return hub;
    }

    // It goes into a header; what cannot stand there would be told by an exception that names it.
    private static string? ReadToken(string text, ICollection<string> faults)
    {
        var token = text.Trim();
        if (token.All(static unit => unit is > ' ' and < '\x7f'))
        {
            return token;
        }

        faults.Add($"{TokenVariable}: it has characters that no token has, such as blanks. Copy it anew.");
        return null;
    }

    private static IReadOnlyList<string> ReadHosts(IConfigurationSection section, IReadOnlyList<string> standard, ICollection<string> faults)
    {
        string[] hosts = [.. EgressOptionsReader.List(section)];
        foreach (var host in hosts.Where(host => !ModelStoreOptions.IsDownloadHost(host)))
        {
            faults.Add($"{section.Path}: '{host}' is no host. Write names without scheme and path: cdn.example, *.example, cdn.example:8443.");
        }

        return hosts.Length > 0 ? hosts : standard;
    }

    private static long ReadMost(string? text, long standard, ICollection<string> faults)
    {
        if (string.IsNullOrEmpty(text))
        {
            return standard;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most is >= LeastModelBytes and <= MostModelBytes)
        {
            return most;
        }

        faults.Add(string.Create(CultureInfo.InvariantCulture, $"{Section}:MaxModelBytes: '{text}' is not a number from {LeastModelBytes} to {MostModelBytes}. Leave it out for {standard}."));
        return standard;
    }
}
