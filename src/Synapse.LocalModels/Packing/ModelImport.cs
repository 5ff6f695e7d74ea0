using Synapse.Errors;
using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Packing;

/// <summary>What an import has brought.</summary>
/// <param name="Models">The models, by name.</param>
/// <param name="LeftOut">Files that were not taken, by path: no weights in ONNX and no known JSON or text.</param>
public sealed record ImportedModels(IReadOnlyList<InstalledModel> Models, IReadOnlyList<string> LeftOut);

/// <summary>Brings models in as a folder or an archive, without any connection.</summary>
/// <param name="store">Where they go.</param>
/// <param name="options">How much of them.</param>
public sealed class ModelImport(ModelStore store, ModelStoreOptions options)
{
    private static readonly string[] s_endings = [".tar.gz", ".tgz", ".zip"];

    /// <summary>Imports the model or models of a folder, a zip archive or a tar archive compressed by gzip.</summary>
    /// <param name="path">Absolute path: of what <see cref="ModelBundle"/> wrote, or of a model as a hub has it.</param>
    /// <param name="name">Name for a model without a lock; null takes that of the folder or archive.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ModelImportException">It holds no model, or what must not be there: paths that lead out, links, too much, or bytes that its own lock does not name.</exception>
    public async Task<ImportedModels> RunAsync(string path, string? name, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Path.IsPathRooted(path))
        {
            throw new ModelImportException(path, "the path is not absolute");
        }

        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        using var guard = ModelGuard.Take(store.Paths, Unpacked.GuardName);
        using var unpacked = new Unpacked(store.Paths);
        var leftOut = new List<string>();
        try
        {
            await unpacked.ReadAsync(full, options.MaxModelBytes, leftOut, cancellationToken);
            var plans = await PlanAsync(full, name, unpacked, leftOut, cancellationToken);
            return new ImportedModels([.. plans.Select(Put)], leftOut);
        }
        catch (Exception damaged) when (damaged is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new ModelImportException(full, $"it cannot be read or unpacked ({damaged.Message.TrimEnd('.')})", damaged);
        }
    }

    private InstalledModel Put((string Name, string Folder) plan)
    {
        using var guard = ModelGuard.Take(store.Paths, plan.Name);
        guard.Put(plan.Folder);
        return store.Get(plan.Name);
    }

    // All are looked at before the first is put in place.
    private static async Task<List<(string Name, string Folder)>> PlanAsync(string source, string? name, Unpacked unpacked, List<string> leftOut, CancellationToken cancellationToken)
    {
        var plans = new List<(string, string)>();
        foreach (var folder in unpacked.Models())
        {
            var held = ModelLock.TryRead(folder);
            var modelName = held?.Name ?? name ?? NameOf(source, folder, unpacked);
            if (!ModelReference.IsName(modelName))
            {
                throw new ModelImportException(source, $"'{modelName}' cannot be the name of a model; give one with --name");
            }

            await (held is null ? LockAsync(source, folder, modelName, cancellationToken) : CheckAsync(source, folder, held, leftOut, cancellationToken));
            plans.Add((modelName, folder));
        }

        return plans.Count == 0 ? throw new ModelImportException(source, "it holds no model: no config.json beside weights in ONNX")
            : plans.DistinctBy(static plan => plan.Item1).Count() < plans.Count ? throw new ModelImportException(source, "it holds two models of one name; import them one by one with --name")
            : plans;
    }

    private static async Task LockAsync(string source, string folder, string name, CancellationToken cancellationToken)
    {
        var paths = FolderFiles.Of(folder);
        if (ModelFiles.FindMissing([.. paths]) is { } missing)
        {
            throw new ModelImportException(source, missing);
        }

        var files = new List<LockedFile>();
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            var file = ModelStore.Full(folder, path);
            files.Add(new LockedFile(path, new FileInfo(file).Length, await FileHashes.Sha256Async(file, cancellationToken)));
        }

        var known = ModelCatalogue.Find(name);
        var made = new ModelLock(ModelLock.CurrentFormat, name, null, null, null, null, known?.Kind ?? ModelKinds.Read(folder), known?.Licence, files);
        await File.WriteAllBytesAsync(Path.Combine(folder, ModelLock.FileName), made.ToBytes(), cancellationToken);
    }

    private static async Task CheckAsync(string source, string folder, ModelLock held, List<string> leftOut, CancellationToken cancellationToken)
    {
        foreach (var file in held.Files)
        {
            if (await ModelStore.CompareAsync(folder, file, cancellationToken) is { } fault)
            {
                throw new ModelImportException(source, $"'{held.Name}/{fault.Path}' {fault.Detail}");
            }
        }

        var locked = held.Files.Select(static file => file.Path).Append(ModelLock.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var path in FolderFiles.Of(folder).Where(path => !locked.Contains(path)))
        {
            File.Delete(ModelStore.Full(folder, path));
            leftOut.Add($"{held.Name}/{path}");
        }
    }

    private static string NameOf(string source, string folder, Unpacked unpacked)
    {
        if (folder != unpacked.Folder)
        {
            return Path.GetFileName(folder);
        }

        var name = Path.GetFileName(source);
        var ending = Directory.Exists(source) ? null : s_endings.FirstOrDefault(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return ending is null ? name : name[..^ending.Length];
    }
}
