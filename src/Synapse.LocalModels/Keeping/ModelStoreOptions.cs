using Synapse.Privacy;

namespace Synapse.LocalModels.Keeping;

/// <summary>Where models lie, and where they come from.</summary>
public sealed class ModelStoreOptions
{
    /// <summary>Hosts that the public hub sends its callers to for the files themselves; it lists them at <c>/.well-known/meta.json</c>.</summary>
    public static IReadOnlyList<string> KnownDownloadHosts { get; } = ["*.hf.co", "*.huggingface.co"];

    /// <summary>The folder of models; an absolute path. It is made when the first model comes.</summary>
    public required string Folder { get; init; }

    /// <summary>Address of the hub.</summary>
    public Uri Hub { get; init; } = new("https://huggingface.co");

    /// <summary>A token for gated models, sent to <see cref="Hub"/> and to no other host; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Hosts that the hub may send a download on to, each a name or <c>*.DOMAIN</c>, with <c>:PORT</c> when it is not 443.</summary>
    public IReadOnlyList<string> DownloadHosts { get; init; } = KnownDownloadHosts;

    /// <summary>Largest model that is fetched or imported, in bytes.</summary>
    public long MaxModelBytes { get; init; } = 4_000_000_000;

    /// <summary>Where models lie in a data folder when no other folder is named for them.</summary>
    /// <param name="dataFolder">The data folder.</param>
    public static string FolderIn(string dataFolder) => Path.Combine(dataFolder, "models");

    /// <summary>Whether an entry of <see cref="DownloadHosts"/> can be read.</summary>
    /// <param name="entry">The entry.</param>
    public static bool IsDownloadHost(string entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Downloading.DownloadHosts.IsEntry(entry);
    }

    /// <summary>How far away a host is by its name.</summary>
    public Func<Uri, AddressReach> ReachOf { get; init; } = static _ => AddressReach.Public;
}
