namespace Synapse.Ingestion.Reading;

/// <summary>Turns the bytes of one format into text. Safe to call from several threads at once.</summary>
public interface IDocumentReader
{
    /// <summary>Whether this reader is for the file, by its path and its first bytes. Readers are asked in the order they were registered; text is read when none wants a file.</summary>
    bool CanRead(string path, ReadOnlySpan<byte> content);

    /// <summary>Reads the text.</summary>
    /// <param name="path">Path of the file relative to its source; for the language, nothing is opened.</param>
    /// <param name="content">The whole content.</param>
    /// <exception cref="UnfitDocumentException">The content is not what it claims to be, or has no text.</exception>
    DocumentText Read(string path, ReadOnlySpan<byte> content);
}
