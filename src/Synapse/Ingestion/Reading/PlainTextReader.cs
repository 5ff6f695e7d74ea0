using System.Buffers;

namespace Synapse.Ingestion.Reading;

/// <summary>Reads text in any encoding. It is asked last, and refuses what is not text.</summary>
internal sealed class PlainTextReader : IDocumentReader
{
    private static readonly SearchValues<char> Blank = SearchValues.Create(" \t\n\f\v\uFEFF");

    /// <inheritdoc />
    public bool CanRead(string path, ReadOnlySpan<byte> content) => true;

    /// <inheritdoc />
    public DocumentText Read(string path, ReadOnlySpan<byte> content)
    {
        var text = TextDecoder.Decode(content) ?? throw new UnfitDocumentException(SkipReason.Binary, "It is not text.");
        if (text.AsSpan().IndexOfAnyExcept(Blank) < 0)
        {
            throw new UnfitDocumentException(SkipReason.Empty, "It has nothing but white space.");
        }

        return PrivateKeys.Contains(text)
            ? throw new UnfitDocumentException(SkipReason.Secret, "It holds a private key.")
            : new DocumentText(text, Languages.Detect(path, text));
    }
}
