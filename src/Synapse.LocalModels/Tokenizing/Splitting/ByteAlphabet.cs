using System.Text.Unicode;

namespace Synapse.LocalModels.Tokenizing.Splitting;

/// <summary>GPT-2's alphabet: every byte of UTF-8 as a character that can be printed, so that no text is outside the vocabulary.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();

    /// <summary>Appends the bytes of a text.</summary>
    public static void Append(ReadOnlySpan<char> text, CharBuffer output)
    {
        Span<byte> bytes = stackalloc byte[1_024];
        while (!text.IsEmpty)
        {
            Utf8.FromUtf16(text, bytes, out var read, out var written);
            var target = output.Reserve(written);
            for (var i = 0; i < written; i++)
            {
                target[i] = Characters[bytes[i]];
            }

            output.Advance(written);
            text = text[read..];
        }
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var free = (char)256;
        for (var value = 0; value < characters.Length; value++)
        {
            characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : free++;
        }

        return characters;
    }
}
