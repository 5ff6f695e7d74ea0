using Synapse.Errors;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Packing;

/// <summary>A folder for what is being imported; it goes when the import ends.</summary>
internal sealed class Unpacked : IDisposable
{
    /// <summary>Name of the right to import; no model can have it.</summary>
    public const string GuardName = ".import";

    public Unpacked(ModelPaths paths)
    {
        Folder = paths.Incoming(GuardName);

        // Left by an import that was killed.
        Dispose();
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    /// <summary>Copies the files that are taken. What they say of their own size is not believed: bytes are counted as they come.</summary>
    public async Task ReadAsync(string source, long maxBytes, List<string> leftOut, CancellationToken cancellationToken)
    {
        var left = maxBytes;
        foreach (var file in PackedFiles.Read(source))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Place(file.Path) is not { } place)
            {
                leftOut.Add(file.Path);
                continue;
            }

            var target = ModelStore.Full(Folder, place);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (File.Exists(target))
            {
                throw new ModelImportException(source, $"it holds '{place}' twice");
            }

            var most = IsLock(place) || ModelFiles.IsText(WithinModel(place)) ? Math.Min(left, ModelFiles.MaxTextBytes) : left;
            await using var content = file.Open();
            left -= await CopyAsync(source, place, content, target, most, cancellationToken);
        }
    }

    /// <summary>The folders that hold a model.</summary>
    public IReadOnlyList<string> Models()
        => [.. Directory.GetDirectories(Folder).Prepend(Folder).Where(static folder => File.Exists(Path.Combine(folder, "config.json")) && FolderFiles.Of(folder).Any(static path => path.EndsWith(".onnx", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    // A model lies at the top, or each in a folder of its own.
    private static string? Place(string path)
        => ModelFiles.IsTaken(path) || IsLock(path) ? path
            : path.IndexOf('/') is > 0 and var slash && ModelReference.IsName(path[..slash]) && (ModelFiles.IsTaken(path[(slash + 1)..]) || path[(slash + 1)..] == ModelLock.FileName) ? path
            : null;

    private static string WithinModel(string path) => ModelFiles.IsTaken(path) ? path : path[(path.IndexOf('/') + 1)..];

    private static bool IsLock(string path) => path == ModelLock.FileName || path.EndsWith($"/{ModelLock.FileName}", StringComparison.Ordinal);

    private static async Task<long> CopyAsync(string source, string place, Stream content, string target, long most, CancellationToken cancellationToken)
    {
        await using var output = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[128 * 1_024];
        long written = 0;
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0; written += read)
        {
            if (written + read > most)
            {
                throw new ModelImportException(source, $"'{place}' is larger than is taken; Synapse:Models:MaxModelBytes sets how much is");
            }

            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        output.Flush(flushToDisk: true);
        return written;
    }
}
