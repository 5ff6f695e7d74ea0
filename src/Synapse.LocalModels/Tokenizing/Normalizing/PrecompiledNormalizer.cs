using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Synapse.LocalModels.Tokenizing.Normalizing;

/// <summary>
/// SentencePiece's character map: a double array over UTF-8 leads to the replacement of a sequence of characters. As in Hugging Face's
/// reading of it, a grapheme shorter than six bytes is looked up as one, and the shortest sequence found at its start replaces all of it.
/// </summary>
internal sealed class PrecompiledNormalizer : Normalizer
{
    private const int MaxGraphemeBytes = 6;

    private readonly uint[] units;
    private readonly byte[] pool;
    private readonly string?[] replacements;
    private readonly string?[] ascii = new string?[128];

    /// <param name="map">A length in bytes, as many bytes of units, and the replacements, each ended by a zero byte.</param>
    public PrecompiledNormalizer(ReadOnlySpan<byte> map)
    {
        var bytes = map.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (bytes is 0 || bytes % 4 != 0 || bytes > map.Length - 4)
        {
            throw new InvalidDataException("its character map is damaged");
        }

        units = new uint[bytes / 4];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + (4 * i))..]);
        }

        pool = map[(4 + (int)bytes)..].ToArray();
        replacements = ReadReplacements(pool);
        Span<byte> one = stackalloc byte[1];
        for (var character = 0; character < ascii.Length; character++)
        {
            one[0] = (byte)character;
            ascii[character] = Find(one);
        }
    }

    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var keepsStart = true;
        for (var at = 0; at < text.Length;)
        {
            var before = output.Length;
            var start = at;
            var character = text[at];
            if (character < 128 && character != '\r' && (at + 1 == text.Length || text[at + 1] < 128))
            {
                AppendOr(ascii[character], text.Slice(at++, 1), output);
            }
            else
            {
                at += AppendGrapheme(text[at..], output);
            }

            keepsStart &= start > 0 || output.Length > before;
        }

        return keepsStart;
    }

    /// <summary>The replacements by their offset, as the units refer to them.</summary>
    private static string?[] ReadReplacements(ReadOnlySpan<byte> pool)
    {
        var texts = new string?[pool.Length];
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        var start = 0;
        try
        {
            while (start < pool.Length)
            {
                var length = pool[start..].IndexOf((byte)0);
                length = length < 0 ? pool.Length - start : length;
                texts[start] = strict.GetString(pool.Slice(start, length));
                start += length + 1;
            }
        }
        catch (DecoderFallbackException damaged)
        {
            throw new InvalidDataException("its character map is damaged", damaged);
        }

        return texts;
    }

    private static void AppendOr(string? replacement, ReadOnlySpan<char> original, CharBuffer output)
    {
        if (replacement is null)
        {
            output.Append(original);
        }
        else
        {
            output.Append(replacement);
        }
    }

    private int AppendGrapheme(ReadOnlySpan<char> text, CharBuffer output)
    {
        var grapheme = text[..StringInfo.GetNextTextElementLength(text)];
        Span<byte> bytes = stackalloc byte[4 * MaxGraphemeBytes];
        if (grapheme.Length < MaxGraphemeBytes && Encoding.UTF8.GetBytes(grapheme, bytes) is var length && length < MaxGraphemeBytes
            && Find(bytes[..length]) is { } whole)
        {
            output.Append(whole);
            return grapheme.Length;
        }

        for (var at = 0; at < grapheme.Length;)
        {
            Rune.DecodeFromUtf16(grapheme[at..], out var rune, out var size);
            AppendOr(Find(bytes[..rune.EncodeToUtf8(bytes)]), grapheme.Slice(at, size), output);
            at += size;
        }

        return grapheme.Length;
    }

    /// <summary>The replacement of the shortest sequence at the start that has one.</summary>
    private string? Find(ReadOnlySpan<byte> key)
    {
        var node = OffsetOf(units[0]);
        foreach (var label in key)
        {
            node ^= label;
            if (label == 0 || node >= (uint)units.Length || (units[node] & 0x8000_00FF) != label)
            {
                return null;
            }

            var unit = units[node];
            node ^= OffsetOf(unit);
            if ((unit & 0x100) != 0)
            {
                return node < (uint)units.Length ? TextAt(units[node] & 0x7FFF_FFFF) : null;
            }
        }

        return null;
    }

    private string? TextAt(uint offset)
    {
        if (offset >= (uint)pool.Length)
        {
            return null;
        }

        // A map may share the end of a replacement.
        var rest = pool.AsSpan((int)offset);
        return replacements[offset] ?? Encoding.UTF8.GetString(rest[..(rest.IndexOf((byte)0) is var end && end >= 0 ? end : rest.Length)]);
    }

    private static uint OffsetOf(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
