using Synapse.LocalModels.Catalogue;

namespace Synapse.LocalModels.Keeping;

/// <summary>A model in the folder of models.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Lock">What it must be; null for a folder that somebody put there by hand.</param>
/// <param name="Known">What the catalogue knows of it; null when it is not there.</param>
public sealed record InstalledModel(string Name, string Path, ModelLock? Lock, CatalogueModel? Known);
