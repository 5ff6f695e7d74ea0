namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>A model's folder with a tokenizer in it, removed at the end.</summary>
internal sealed class TinyFolder : IDisposable
{
    public TinyFolder(TinyTokenizer tokenizer)
    {
        Path = Directory.CreateTempSubdirectory("synapse-tokenizer-").FullName;
        foreach (var (name, content) in tokenizer.Files)
        {
            File.WriteAllText(System.IO.Path.Combine(Path, name), content);
        }
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
