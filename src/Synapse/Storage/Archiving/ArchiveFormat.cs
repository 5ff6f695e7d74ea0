using System.Globalization;
using System.Security.Cryptography;

namespace Synapse.Storage.Archiving;

/// <summary>
/// The form of an archive: a ZIP file that every program can open, whose last entry is a manifest with the SHA-256 of every other, and whose comment has that of
/// the manifest. So one hash stands for every byte. See docs/backup.md.
/// </summary>
internal static class ArchiveFormat
{
    /// <summary>The version that is written, and the newest that can be read.</summary>
    public const int Version = 1;

    /// <summary>What the manifest calls the format.</summary>
    public const string Name = "synapse-archive";

    /// <summary>Name of the last entry.</summary>
    public const string Manifest = "manifest.json";

    /// <summary>The most bytes of one entry, which is what one array holds. A portion of documents has some megabytes, or is one document.</summary>
    public const uint MaxEntryBytes = 0x7FFF_FFC7;

    /// <summary>The most bytes of an entry for each that lies in the file: what is packed tighter is written as it is, and refused when it is read.</summary>
    public const int MaxRatio = 100;

    /// <summary>The most bytes of the directory at the end.</summary>
    public const long MaxDirectoryBytes = 1 << 30;

    private const string CommentStart = "synapse-archive ";
    private const string CommentMiddle = " sha256:";
    private const int HashDigits = 2 * SHA256.HashSizeInBytes;

    /// <summary>Bytes of the comment: the version has four digits.</summary>
    public static int CommentBytes => CommentStart.Length + 4 + CommentMiddle.Length + HashDigits;

    /// <summary>The comment of a file.</summary>
    /// <param name="hash">SHA-256 of the manifest as it lies in the file, in hex.</param>
    public static string Comment(string hash) => string.Create(CultureInfo.InvariantCulture, $"{CommentStart}{Version:D4}{CommentMiddle}{hash}");

    /// <summary>Reads a comment.</summary>
    /// <returns>Null when it is none of an archive.</returns>
    public static (int Version, string Hash)? ReadComment(ReadOnlySpan<byte> comment)
    {
        var text = System.Text.Encoding.ASCII.GetString(comment);
        return text.StartsWith(CommentStart, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(CommentStart.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && text.AsSpan(CommentStart.Length + 4).StartsWith(CommentMiddle)
                ? (version, text[^HashDigits..])
                : null;
    }

    /// <summary>Name of the entry with a collection.</summary>
    public static string Collection(long number) => string.Create(CultureInfo.InvariantCulture, $"collections/{number:D4}/collection.json");

    /// <summary>Name of the entry with the files that a source left out.</summary>
    public static string Skipped(long collection, long source) => $"{Source(collection, source)}/skipped.jsonl";

    /// <summary>Name of an entry with a page of documents, without what they hold.</summary>
    public static string Page(long collection, long source, int page) => string.Create(CultureInfo.InvariantCulture, $"{Source(collection, source)}/documents-{page:D6}.jsonl");

    /// <summary>Name of an entry with the texts and chunks of documents.</summary>
    public static string Texts(long collection, long source, int portion) => string.Create(CultureInfo.InvariantCulture, $"{Source(collection, source)}/texts-{portion:D6}.jsonl");

    /// <summary>Name of an entry with the embeddings of the same documents.</summary>
    public static string Embeddings(long collection, long source, int portion, EmbeddingForm form)
        => string.Create(CultureInfo.InvariantCulture, $"{Source(collection, source)}/embeddings-{portion:D6}.{EmbeddingCoding.ExtensionOf(form)}");

    /// <summary>Name of an entry with a page of the egress ledger.</summary>
    public static string Egress(int page) => string.Create(CultureInfo.InvariantCulture, $"egress/{page:D6}.jsonl");

    /// <summary>Name of an entry with a file of the data folder.</summary>
    public static string File(string name) => $"files/{name}";

    private static string Source(long collection, long source) => string.Create(CultureInfo.InvariantCulture, $"collections/{collection:D4}/{source:D4}");
}
