using System.Globalization;
using Synapse.Privacy;

namespace Synapse.Server.Hosting;

/// <summary>Reads what the operator decided about connections, and reports all faults together.</summary>
internal static class EgressOptionsReader
{
    private const string OfflineVariable = "SYNAPSE_OFFLINE";
    private static readonly string[] KnownKeys = [.. SettingDescriptions.Egress.Select(setting => setting.Name)];

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="faults">Receives what is wrong, each with its key and its cure.</param>
    /// <returns>A policy that is not to be used when there are faults.</returns>
    public static EgressPolicy Read(IConfiguration configuration, List<string> faults)
    {
        var section = configuration.GetSection(EgressOptions.SectionName);
        foreach (var child in section.GetChildren().Where(child => !KnownKeys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Add($"{EgressOptions.SectionName}:{child.Key}: there is no such setting. Known are {string.Join(", ", KnownKeys)}.");
        }

        var options = new EgressOptions
        {
            // Either is enough: a mode that keeps everything in must not be lost because two places disagree.
            Offline = Switch(OfflineVariable, configuration[OfflineVariable], faults)
                | Switch($"{EgressOptions.SectionName}:Offline", section["Offline"], faults),
            CaFile = section["CaFile"] is { Length: > 0 } file ? file : null,
        };
        options.LedgerEntries = Number("LedgerEntries", section, options.LedgerEntries, 100, 10_000_000, faults);
        options.LedgerDays = Number("LedgerDays", section, options.LedgerDays, 1, 3_650, faults);
        foreach (var address in List(section.GetSection("PrivateAddresses")))
        {
            options.PrivateAddresses.Add(address);
        }

        foreach (var host in section.GetSection("Hosts").GetChildren())
        {
            options.Hosts[host.Key] = host.Value ?? "";
        }

        return EgressPolicy.Create(options, faults);
    }

    /// <summary>Reads a list: in a file, or one line with commas in the environment.</summary>
    public static IEnumerable<string> List(IConfigurationSection section)
        => section.GetChildren().Select(child => child.Value).Prepend(section.Value)
            .SelectMany(text => (text ?? "").Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static bool Switch(string key, string? text, List<string> faults)
    {
        switch (text?.Trim().ToUpperInvariant())
        {
            case null or "" or "FALSE" or "0" or "NO":
                return false;
            case "TRUE" or "1" or "YES":
                return true;
            default:
                faults.Add($"{key}: '{text}' is neither true nor false. Set it to true, or leave it out.");
                return true;
        }
    }

    private static int Number(string name, IConfigurationSection section, int standard, int least, int most, List<string> faults)
    {
        var text = section[name];
        if (string.IsNullOrEmpty(text))
        {
            return standard;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        faults.Add($"{EgressOptions.SectionName}:{name}: '{text}' is not a number from {least} to {most}. Leave it out for {standard}.");
        return standard;
    }
}
