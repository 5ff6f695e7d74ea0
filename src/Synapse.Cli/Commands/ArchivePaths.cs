using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary>Which file a person means.</summary>
internal static class ArchivePaths
{
    /// <summary>Stands for the standard output.</summary>
    public const string Output = "-";

    /// <summary>The file to write: the one named, or one of the usual name in the folder named, or in the current folder.</summary>
    public static string Of(string? given, string usual)
    {
        var path = Path.GetFullPath(given ?? ".");
        return Directory.Exists(path) ? Path.Combine(path, usual) : path;
    }

    /// <summary>The usual name of a backup made now.</summary>
    public static string Backup() => ArchiveNames.Backup(TimeProvider.System.GetUtcNow());
}
