namespace Synapse.LocalModels.Packing;

/// <summary>A file of an archive or a folder, not looked at yet.</summary>
/// <param name="Path">Its path, with slashes, as it stands there.</param>
/// <param name="Open">Opens its content; to be read before the next file is asked for.</param>
internal sealed record PackedFile(string Path, Func<Stream> Open);
