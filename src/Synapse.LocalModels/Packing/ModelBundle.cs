using System.Formats.Tar;
using System.IO.Compression;
using Synapse.Errors;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Packing;

/// <summary>Packs models into one file, each with its lock, for a machine that does not connect.</summary>
/// <param name="store">Where the models lie.</param>
public sealed class ModelBundle(ModelStore store)
{
    /// <summary>Packs models as a tar archive, compressed by gzip. The same models always give the same bytes.</summary>
    /// <param name="names">Names of models; each is verified before it is packed.</param>
    /// <param name="output">Path of the file, which must not be there.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The models that were packed, by name.</returns>
    /// <exception cref="ModelNotInstalledException">One is not there.</exception>
    /// <exception cref="ModelDamagedException">One is not what its lock says, or has none.</exception>
    /// <exception cref="ModelImportException">The file cannot be written, or is there already.</exception>
    public async Task<IReadOnlyList<InstalledModel>> WriteAsync(IReadOnlyCollection<string> names, string output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentException.ThrowIfNullOrEmpty(output);
        if (!Path.IsPathRooted(output) || Path.Exists(output))
        {
            throw new ModelImportException(output, Path.IsPathRooted(output) ? "it is there already; name a new file" : "the path is not absolute");
        }

        var models = names.Select(store.Get).DistinctBy(static model => model.Name).OrderBy(static model => model.Name, StringComparer.Ordinal).ToArray();
        foreach (var model in models)
        {
            if ((await store.VerifyAsync(model.Name, cancellationToken)).Faults is [var fault, ..])
            {
                throw new ModelDamagedException(model.Name, $"'{fault.Path}' {fault.Detail}", model.CanBePulled);
            }
        }

        var part = $"{output}.part";
        try
        {
            await WriteAsync(models, part, cancellationToken);
            File.Move(part, output);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelImportException(output, $"it cannot be written ({error.Message.TrimEnd('.')})", error);
        }
        finally
        {
            File.Delete(part);
        }

        return models;
    }

    private static async Task WriteAsync(InstalledModel[] models, string part, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(part, FileMode.Create, FileAccess.Write);

        // Weights hardly shrink, and time is what is felt.
        await using var packed = new GZipStream(file, CompressionLevel.Fastest);
        await using var tar = new TarWriter(packed, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var model in models)
        {
            foreach (var path in model.Lock!.Files.Select(static locked => locked.Path).Prepend(ModelLock.FileName))
            {
                await using var content = File.OpenRead(ModelStore.Full(model.Path, path));
                var entry = new UstarTarEntry(TarEntryType.RegularFile, $"{model.Name}/{path}")
                {
                    // Nothing of this machine or this moment: the same models, the same bytes.
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                    DataStream = content,
                };
                await tar.WriteEntryAsync(entry, cancellationToken);
            }
        }
    }
}
