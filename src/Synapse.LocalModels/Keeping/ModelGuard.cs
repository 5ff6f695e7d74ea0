using Synapse.Errors;

namespace Synapse.LocalModels.Keeping;

/// <summary>The right to change one model, for one call in one process; the system takes it back from a process that is killed.</summary>
internal sealed class ModelGuard : IDisposable
{
    private readonly ModelPaths _paths;
    private readonly string _name;
    private readonly FileStream _file;

    private ModelGuard(ModelPaths paths, string name, FileStream file) => (_paths, _name, _file) = (paths, name, file);

    /// <summary>Takes the right, and first ends what a killed process had begun.</summary>
    /// <exception cref="ModelInUseException">Somebody else has it.</exception>
    /// <exception cref="ModelFolderException">The folder cannot be written.</exception>
    public static ModelGuard Take(ModelPaths paths, string name)
        => Errors(paths, () => TryTake(paths, name)) ?? throw new ModelInUseException(name);

    /// <summary>Ends what a killed process had begun, unless somebody is at work just now.</summary>
    public static void Recover(ModelPaths paths, string name)
    {
        if (Directory.Exists(paths.Replaced(name)))
        {
            Errors(paths, () => TryTake(paths, name))?.Dispose();
        }
    }

    /// <summary>Moves a whole model to its place, in place of the one that is there.</summary>
    /// <param name="staged">Its folder, below the folder of models.</param>
    public void Put(string staged) => Errors(_paths, () =>
    {
        var (target, replaced) = (_paths.Installed(_name), _paths.Replaced(_name));
        if (Directory.Exists(target))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(replaced)!);
            Directory.Move(target, replaced);
        }

        Directory.Move(staged, target);
        Delete(replaced);
        Delete(_paths.Incoming(_name));
        return true;
    });

    /// <summary>Takes a model away: first out of its place, so that no half of it is left there.</summary>
    public void Remove() => Errors(_paths, () =>
    {
        var gone = Path.Combine(_paths.Incoming(_name), "removed");
        Delete(_paths.Incoming(_name));
        Directory.CreateDirectory(_paths.Incoming(_name));
        Directory.Move(_paths.Installed(_name), gone);
        Delete(_paths.Incoming(_name));
        return true;
    });

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static ModelGuard? TryTake(ModelPaths paths, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(paths.Guard(name))!);
        FileStream file;
        try
        {
            file = new FileStream(paths.Guard(name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(paths.Guard(name)))
        {
            return null;
        }

        var (target, replaced) = (paths.Installed(name), paths.Replaced(name));
        if (Directory.Exists(replaced) && !Directory.Exists(target))
        {
            Directory.Move(replaced, target);
        }

        Delete(replaced);
        return new ModelGuard(paths, name, file);
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static T Errors<T>(ModelPaths paths, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException(paths.Root, error.Message.TrimEnd('.'), error);
        }
    }
}
