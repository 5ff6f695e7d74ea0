using System.Globalization;

namespace Synapse.Providers.Configuration;

/// <summary>Reads which surface of Azure OpenAI is meant.</summary>
internal static class AzureApiVersion
{
    private const string Preview = "-preview";

    /// <summary>Reads the version.</summary>
    /// <returns>A dated version, or null for the v1 surface, which is the default.</returns>
    public static string? Read(SettingReader settings, string name, FaultList faults)
    {
        var text = settings.Text(name);
        if (text is null || text.Equals("v1", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var date = text.EndsWith(Preview, StringComparison.Ordinal) ? text[..^Preview.Length] : text;
        if (DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            return text;
        }

        faults.Add(settings.KeyOf(name), $"{SettingReader.Shown(text)} is not an API version.", "Remove it for the v1 surface, or write a date such as 2024-10-21 (some end with -preview).");
        return null;
    }

    /// <summary>Notes an endpoint that names the v1 surface beside a dated version.</summary>
    public static void CheckAgainst(string? endpoint, string? version, string endpointKey, string versionKey, FaultList faults)
    {
        if (version is not null && endpoint is not null && endpoint.TrimEnd('/').EndsWith("/openai/v1", StringComparison.OrdinalIgnoreCase))
        {
            faults.Add(endpointKey, $"the address names the v1 surface, and {versionKey} a dated one.", $"Remove {versionKey}, or '/openai/v1' from the address.");
        }
    }
}
