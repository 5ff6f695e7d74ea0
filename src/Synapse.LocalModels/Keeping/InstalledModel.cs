using Synapse.Errors;
using Synapse.LocalModels.Catalogue;

namespace Synapse.LocalModels.Keeping;

/// <summary>A model in the folder of models.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Lock">What it must be; null for a folder that somebody put there by hand.</param>
/// <param name="Known">What the catalogue knows of it; null when it is not there.</param>
public sealed record InstalledModel(string Name, string Path, ModelLock? Lock, CatalogueModel? Known)
{
    /// <summary>Whether it is known where it can be fetched from.</summary>
    public bool CanBePulled => Lock?.HubId is not null || Known is not null;

    /// <summary>Compares every file of the lock with what lies there, byte by byte. Files that are not in the lock do not matter here, and without a lock nothing can be compared.</summary>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ModelDamagedException">One is missing or has other bytes; the message says how to mend it.</exception>
    public async Task RequireWholeAsync(CancellationToken cancellationToken)
    {
        foreach (var file in Lock?.Files ?? [])
        {
            if (await ModelStore.CompareAsync(Path, file, cancellationToken) is { } fault)
            {
                throw new ModelDamagedException(Name, $"'{fault.Path}' {fault.Detail}", CanBePulled);
            }
        }
    }
}
