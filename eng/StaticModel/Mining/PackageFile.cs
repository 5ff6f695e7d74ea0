namespace Synapse.StaticModel.Mining;

/// <summary>One file of a package: its path inside the package and its bytes, already decompressed.</summary>
internal readonly record struct PackageFile(string Path, byte[] Content);
