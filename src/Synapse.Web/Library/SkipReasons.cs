using Synapse.Ingestion;

namespace Synapse.Web.Library;

/// <summary>Reasons for leaving a file out, for people.</summary>
internal static class SkipReasons
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        [SkipReason.Ignored] = "An ignore file says so",
        [SkipReason.VersionControl] = "Version control",
        [SkipReason.Dependencies] = "Installed dependencies",
        [SkipReason.Secret] = "May hold secrets",
        [SkipReason.Link] = "Links",
        [SkipReason.OtherDevice] = "On another file system",
        [SkipReason.Excluded] = "Excluded by configuration",
        [SkipReason.TooDeep] = "Too deep",
        [SkipReason.TooLarge] = "Too large",
        [SkipReason.Empty] = "Empty",
        [SkipReason.Binary] = "Not text",
        [SkipReason.Unreadable] = "Could not be read",
        [SkipReason.Changing] = "Kept changing",
        [SkipReason.Failed] = "Failed",
        [SkipReason.NotEmbedded] = "Refused by the provider",
    };

    /// <summary>The reason of a code; a code that is not known stands for itself.</summary>
    public static string Of(string reason) => s_names.GetValueOrDefault(reason, reason);
}
