using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Synapse.Ingestion.Reading;

/// <summary>Finds the encoding of bytes and makes normalised text of them.</summary>
internal static class TextDecoder
{
    private const int SampleBytes = 65_536;

    // Control characters that text files do have: tab, line feed, vertical tab, form feed, carriage return, backspace, escape.
    private static readonly SearchValues<byte> OddControls = SearchValues.Create(
        1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 127);

    private static readonly SearchValues<char> NotNormal = SearchValues.Create(['\r', '\0']);

    // What Windows-1252 has at 0x80 to 0x9F, where Latin-1 has control characters; the five gaps stay as they are.
    private const string Windows1252 =
        "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F"
        + "\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

    /// <summary>Decodes a file.</summary>
    /// <returns>Normalised text, or null when the bytes are not text.</returns>
    public static string? Decode(ReadOnlySpan<byte> content)
    {
        if (content is [0xEF, 0xBB, 0xBF, ..])
        {
            return Normalize(Encoding.UTF8.GetString(content[3..]));
        }

        if (content is [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..])
        {
            return content.Length % 4 == 0 ? Normalize(DecodeUtf32(content[4..], littleEndian: content[0] == 0xFF)) : null;
        }

        if (content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return Normalize(DecodeUtf16(content[2..], littleEndian: content[0] == 0xFF));
        }

        if (content.Contains((byte)0))
        {
            return GuessUtf16(content) is { } littleEndian ? Normalize(DecodeUtf16(content, littleEndian)) : null;
        }

        var sample = content[..Math.Min(content.Length, SampleBytes)];
        if (CountOf(sample, OddControls) * 50 > sample.Length)
        {
            return null;
        }

        return Normalize(Utf8.IsValid(content) || IsMostlyUtf8(content) ? Encoding.UTF8.GetString(content) : DecodeWindows1252(content));
    }

    /// <summary>Makes every line end <c>\n</c>, and every NUL and lone surrogate U+FFFD. Returns the same string when there is nothing to do.</summary>
    public static string Normalize(string text)
    {
        var at = text.AsSpan().IndexOfAny(NotNormal);
        var surrogate = IndexOfLoneSurrogate(text, 0);
        if (at < 0 && surrogate < 0)
        {
            return text;
        }

        var buffer = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            return new string(buffer, 0, Normalize(text, surrogate, buffer));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    private static int Normalize(ReadOnlySpan<char> text, int surrogate, Span<char> buffer)
    {
        int read = 0, written = 0;
        while (read < text.Length)
        {
            var stop = text[read..].IndexOfAny(NotNormal);
            stop = stop < 0 ? text.Length : read + stop;
            if (surrogate >= 0 && surrogate < stop)
            {
                stop = surrogate;
            }

            text[read..stop].CopyTo(buffer[written..]);
            written += stop - read;
            read = stop;
            if (read == text.Length)
            {
                break;
            }

            if (read == surrogate)
            {
                surrogate = IndexOfLoneSurrogate(text, read + 1);
            }

            var isLineEnd = text[read] == '\r';
            buffer[written++] = isLineEnd ? '\n' : '\uFFFD';
            read += isLineEnd && read + 1 < text.Length && text[read + 1] == '\n' ? 2 : 1;
        }

        return written;
    }

    private static int IndexOfLoneSurrogate(ReadOnlySpan<char> text, int from)
    {
        while (true)
        {
            var at = text[from..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (at < 0)
            {
                return -1;
            }

            at += from;
            if (!char.IsHighSurrogate(text[at]) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]))
            {
                return at;
            }

            from = at + 2;
        }
    }

    // Without a mark: text in UTF-16 of a European script has its zeros nearly all on one side of each pair, and nearly half of all bytes.
    private static bool? GuessUtf16(ReadOnlySpan<byte> content)
    {
        if (content.Length % 2 != 0)
        {
            return null;
        }

        var sample = content[..Math.Min(content.Length, SampleBytes)];
        int zerosAtEven = 0, zerosAtOdd = 0;
        for (var i = 0; i < sample.Length; i += 2)
        {
            zerosAtEven += sample[i] == 0 ? 1 : 0;
            zerosAtOdd += sample[i + 1] == 0 ? 1 : 0;
        }

        var pairs = sample.Length / 2;
        var littleEndian = zerosAtOdd >= zerosAtEven;
        var (many, few) = littleEndian ? (zerosAtOdd, zerosAtEven) : (zerosAtEven, zerosAtOdd);
        if (many * 10 < pairs * 6 || few * 20 > pairs)
        {
            return null;
        }

        var oddities = 0;
        foreach (var unit in DecodeUtf16(sample, littleEndian))
        {
            oddities += (char.IsControl(unit) && unit is not ('\n' or '\r' or '\t' or '\f')) || unit is '\uFFFE' or '\uFFFF' ? 1 : 0;
        }

        return oddities * 100 > pairs ? null : littleEndian;
    }

    private static string DecodeUtf16(ReadOnlySpan<byte> content, bool littleEndian)
        => string.Create(content.Length / 2, new Utf16Source(content, littleEndian), static (units, source) =>
        {
            for (var i = 0; i < units.Length; i++)
            {
                var pair = source.Content.Slice(2 * i, 2);
                units[i] = (char)(source.LittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(pair) : BinaryPrimitives.ReadUInt16BigEndian(pair));
            }
        });

    private static string DecodeUtf32(ReadOnlySpan<byte> content, bool littleEndian)
        => new UTF32Encoding(bigEndian: !littleEndian, byteOrderMark: false).GetString(content);

    // One broken byte in a long UTF-8 text must not turn every other letter into two wrong ones.
    private static bool IsMostlyUtf8(ReadOnlySpan<byte> content)
    {
        int multiByte = 0, broken = 0;
        while (content.Length > 0)
        {
            var ascii = content.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            if (ascii < 0)
            {
                break;
            }

            content = content[ascii..];
            var valid = Rune.DecodeFromUtf8(content, out _, out var consumed) == OperationStatus.Done;
            multiByte += valid ? 1 : 0;
            broken += valid ? 0 : 1;
            content = content[consumed..];
        }

        return multiByte > 4 * broken;
    }

    private static string DecodeWindows1252(ReadOnlySpan<byte> content)
        => string.Create(content.Length, content, static (units, bytes) =>
        {
            for (var i = 0; i < units.Length; i++)
            {
                var value = bytes[i];
                units[i] = value is >= 0x80 and < 0xA0 ? Windows1252[value - 0x80] : (char)value;
            }
        });

    private static int CountOf(ReadOnlySpan<byte> bytes, SearchValues<byte> wanted)
    {
        var count = 0;
        for (var at = bytes.IndexOfAny(wanted); at >= 0; at = bytes.IndexOfAny(wanted))
        {
            count++;
            bytes = bytes[(at + 1)..];
        }

        return count;
    }

    private readonly ref struct Utf16Source(ReadOnlySpan<byte> content, bool littleEndian)
    {
        public ReadOnlySpan<byte> Content { get; } = content;

        public bool LittleEndian { get; } = littleEndian;
    }
}
