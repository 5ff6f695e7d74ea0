using System.Text.Json;
using System.Text.Json.Serialization;
using Synapse.LocalModels.Catalogue;

namespace Synapse.LocalModels.Keeping;

/// <summary>What came when a model was fetched or imported: it is written beside the files as <c>model.lock.json</c>, and holds from then on.</summary>
/// <param name="Format">Version of this form; 1.</param>
/// <param name="Name">Name of the model.</param>
/// <param name="HubId">Its id on the hub; null when it was imported without a lock.</param>
/// <param name="Hub">Address of the hub; null when it was imported without a lock.</param>
/// <param name="Revision">The revision that was asked for, such as <c>main</c>; null when it was imported without a lock.</param>
/// <param name="Commit">The commit that the revision named then; null when it was imported without a lock.</param>
/// <param name="Kind">What the model does.</param>
/// <param name="Licence">Identifier of its licence, as hub or catalogue name it; null when none did.</param>
/// <param name="Files">Its files, by path.</param>
public sealed record ModelLock(
    int Format, string Name, string? HubId, string? Hub, string? Revision, string? Commit, ModelKind Kind, string? Licence, IReadOnlyList<LockedFile> Files)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "model.lock.json";

    internal const int CurrentFormat = 1;
    private const long MaxBytes = 1 << 20;

    /// <summary>The weights that run when no setting names others, by path; null for the plain ones, or the only ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DefaultWeights { get; init; }

    /// <summary>All weights by path, first those that run when no setting names others.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Weights
    {
        get
        {
            var all = Files.Select(static file => file.Path).Where(ModelFiles.IsWeights).ToArray();
            var first = DefaultWeights ?? ModelFiles.FindPlain(all);
            return [.. all.OrderBy(path => path == first ? 0 : 1).ThenBy(static path => path, StringComparer.Ordinal)];
        }
    }

    /// <summary>Size of all files, in bytes.</summary>
    [JsonIgnore]
    public long SizeBytes => Files.Sum(file => file.SizeBytes);

    /// <summary>Reads the lock of a folder.</summary>
    /// <returns>Null when there is none that can be read.</returns>
    internal static ModelLock? TryRead(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        try
        {
            return file.Exists && file.Length <= MaxBytes ? Parse(File.ReadAllBytes(file.FullName)) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a lock; null when it is none.</summary>
    internal static ModelLock? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var read = JsonSerializer.Deserialize(json, ModelLockJson.Default.ModelLock);
            return read is { Format: CurrentFormat, Name: { } name, Files.Count: > 0 } && ModelReference.IsName(name) && read.Files.All(static file => file is { Path: { } path, Sha256.Length: 64 } && ModelFiles.IsTaken(path)) && read.Files.DistinctBy(static file => file.Path).Count() == read.Files.Count
                && (read.DefaultWeights is null || (ModelFiles.IsWeights(read.DefaultWeights) && read.Files.Any(file => file.Path == read.DefaultWeights)))
                ? read
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The lock as it stands in its file; the same lock always gives the same bytes.</summary>
    internal byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, ModelLockJson.Default.ModelLock), (byte)'\n'];
}

/// <summary>A file of a model.</summary>
/// <param name="Path">Path within the model's folder, with slashes.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Sha256">Its SHA-256, 64 hexadecimal digits.</param>
public sealed record LockedFile(string Path, long SizeBytes, string Sha256);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, NewLine = "\n", UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelLock))]
internal sealed partial class ModelLockJson : JsonSerializerContext;
