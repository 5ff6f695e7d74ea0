using System.Globalization;
using Synapse.Errors;
using Synapse.LocalModels.Catalogue;

namespace Synapse.LocalModels.Keeping;

/// <summary>The folder of models: finds, lists, verifies and removes. It opens no connection.</summary>
public sealed class ModelStore
{
    /// <summary>Opens the folder; it need not be there yet.</summary>
    /// <param name="folder">Its path.</param>
    public ModelStore(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Paths = new ModelPaths(folder);
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Folder => Paths.Root;

    internal ModelPaths Paths { get; }

    /// <summary>Finds the folder of a model that is ready to be loaded. Sizes are compared with its lock, contents are not; <see cref="VerifyAsync"/> does that.</summary>
    /// <param name="nameOrFolder">A name, an id of a hub, or the path of a folder: absolute, or beginning with a dot.</param>
    /// <returns>Absolute path.</returns>
    /// <exception cref="ModelNotInstalledException">There is none; the message says how to get it.</exception>
    /// <exception cref="ModelDamagedException">Files are missing or have another size.</exception>
    public string Find(string nameOrFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrFolder);
        if (Path.IsPathRooted(nameOrFolder) || nameOrFolder.StartsWith('.'))
        {
            var folder = Path.GetFullPath(nameOrFolder);
            return ModelFiles.FindMissing(FolderFiles.Of(folder)) is { } missing ? throw new ModelFormatException(folder, missing) : folder;
        }

        var model = Get(nameOrFolder);
        var fault = model.Lock is null
            ? ModelFiles.FindMissing(FolderFiles.Of(model.Path))
            : model.Lock.Files.Select(file => SizeFault(model.Path, file)).FirstOrDefault(static found => found is not null) is { } wrong ? $"'{wrong.Path}' {wrong.Detail}" : null;
        return fault is null ? model.Path : throw new ModelDamagedException(model.Name, fault, model.CanBePulled);
    }

    /// <summary>Finds a model in the folder, whole or not.</summary>
    /// <param name="name">A name or an id of a hub.</param>
    /// <exception cref="ModelNotInstalledException">There is none.</exception>
    public InstalledModel Get(string name)
    {
        var model = ModelReference.Read(name);
        return TryGet(model.Name) ?? throw new ModelNotInstalledException(name, Folder, model.HubId is not null);
    }

    /// <summary>Lists the models of the folder, by name.</summary>
    public IReadOnlyList<InstalledModel> List()
    {
        if (!Directory.Exists(Folder))
        {
            return [];
        }

        var replaced = Path.GetDirectoryName(Paths.Replaced("x"))!;
        foreach (var left in Directory.Exists(replaced) ? Directory.GetDirectories(replaced) : [])
        {
            ModelGuard.Recover(Paths, Path.GetFileName(left));
        }

        return [.. Directory.EnumerateDirectories(Folder).Select(Path.GetFileName).OfType<string>().Where(ModelReference.IsName)
            .Order(StringComparer.OrdinalIgnoreCase).Select(TryGet).OfType<InstalledModel>()];
    }

    /// <summary>Compares every file of a model with its lock, byte by byte.</summary>
    /// <param name="name">A name or an id of a hub.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ModelNotInstalledException">There is none.</exception>
    public async Task<ModelVerification> VerifyAsync(string name, CancellationToken cancellationToken)
    {
        var model = Get(name);
        if (model.Lock is null)
        {
            return new ModelVerification(model, [new ModelFault(ModelLock.FileName, "unlocked", "is missing, so nothing says what the files must be; 'synapse models import' of the folder makes one")]);
        }

        var faults = new List<ModelFault>();
        foreach (var file in model.Lock.Files)
        {
            if (await CompareAsync(model.Path, file, cancellationToken) is { } fault)
            {
                faults.Add(fault);
            }
        }

        var locked = model.Lock.Files.Select(static file => file.Path).Append(ModelLock.FileName).ToHashSet(StringComparer.Ordinal);
        faults.AddRange(FolderFiles.Of(model.Path).Where(path => !locked.Contains(path)).Select(static path => new ModelFault(path, "unexpected", "is not in the lock, and may change what the model does")));
        return new ModelVerification(model, faults);
    }

    /// <summary>Removes a model and what had come of it.</summary>
    /// <param name="name">A name or an id of a hub.</param>
    /// <exception cref="ModelNotInstalledException">There is none.</exception>
    /// <exception cref="ModelInUseException">It is being changed.</exception>
    public InstalledModel Remove(string name)
    {
        var model = Get(name);
        using var guard = ModelGuard.Take(Paths, model.Name);
        guard.Remove();
        return model;
    }

    /// <summary>Compares one file with the lock.</summary>
    internal static async Task<ModelFault?> CompareAsync(string folder, LockedFile file, CancellationToken cancellationToken)
    {
        if (SizeFault(folder, file) is { } fault)
        {
            return fault;
        }

        try
        {
            return await FileHashes.Sha256Async(Full(folder, file.Path), cancellationToken) == file.Sha256 ? null : new ModelFault(file.Path, "changed", "has other bytes than when it came");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new ModelFault(file.Path, "changed", "cannot be read");
        }
    }

    /// <summary>Absolute path of a file of a model.</summary>
    internal static string Full(string folder, string path) => Path.Combine(folder, path.Replace('/', Path.DirectorySeparatorChar));

    private static ModelFault? SizeFault(string folder, LockedFile file)
    {
        var found = new FileInfo(Full(folder, file.Path));
        return !found.Exists ? new ModelFault(file.Path, "missing", "is missing")
            : found.LinkTarget is not null ? new ModelFault(file.Path, "changed", "is a link")
            : found.Length != file.SizeBytes ? new ModelFault(file.Path, "changed", string.Create(CultureInfo.InvariantCulture, $"has {found.Length:N0} bytes instead of {file.SizeBytes:N0}"))
            : null;
    }

    private InstalledModel? TryGet(string name)
    {
        ModelGuard.Recover(Paths, name);
        var folder = Paths.Installed(name);
        return Directory.Exists(folder) ? new InstalledModel(name, folder, ModelLock.TryRead(folder), ModelCatalogue.Find(name)) : null;
    }
}
