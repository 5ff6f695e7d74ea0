namespace Synapse.Tests.TestSupport;

/// <summary>A folder for one test, removed after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("synapse-test-").FullName;

    public string Path { get; }

    /// <summary>Writes a file, with the folders above it.</summary>
    public string Write(string relativePath, string content, DateTime? modifiedAt = null)
        => Write(relativePath, System.Text.Encoding.UTF8.GetBytes(content), modifiedAt);

    /// <summary>Writes a file, with the folders above it.</summary>
    public string Write(string relativePath, byte[] content, DateTime? modifiedAt = null)
    {
        var path = System.IO.Path.Combine(Path, relativePath);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        if (modifiedAt is { } time)
        {
            File.SetLastWriteTimeUtc(path, time);
        }

        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
