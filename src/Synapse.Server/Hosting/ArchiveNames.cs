using System.Globalization;

namespace Synapse.Server.Hosting;

/// <summary>How archives are called when nobody names them.</summary>
public static class ArchiveNames
{
    /// <summary>The extension of an archive.</summary>
    public const string Extension = ".synapse";

    /// <summary>A backup of a moment, in UTC.</summary>
    public static string Backup(DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"synapse-{now.UtcDateTime:yyyyMMdd-HHmmss}{Extension}");

    /// <summary>A collection.</summary>
    public static string Collection(string name) => string.Concat(name.Select(unit => char.IsAsciiLetterOrDigit(unit) || unit is '.' or '-' or '_' ? unit : '-')).TrimStart('.', '-') + Extension;
}
