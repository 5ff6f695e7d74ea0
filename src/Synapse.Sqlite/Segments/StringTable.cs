using System.Runtime.InteropServices;
using System.Text;

namespace Synapse.Sqlite.Segments;

/// <summary>Strings of a segment, each once, as UTF-8.</summary>
/// <param name="Offsets">Where each begins, and where the last ends.</param>
/// <param name="Bytes">UTF-8 of all.</param>
internal sealed record StringTable(int[] Offsets, byte[] Bytes)
{
    /// <summary>UTF-8 of a string.</summary>
    public ReadOnlySpan<byte> Utf8(int index) => Bytes.AsSpan(Offsets[index]..Offsets[index + 1]);

    /// <summary>A string.</summary>
    public string Text(int index) => Encoding.UTF8.GetString(Utf8(index));
}

/// <summary>Gathers the strings of a segment.</summary>
internal sealed class StringTableBuilder
{
    private readonly Dictionary<string, int> _indices = [];
    private readonly List<int> _offsets = [0];
    private readonly List<byte> _bytes = [];

    /// <summary>The place of a string, which is added when it is new; -1 for null.</summary>
    public int Add(string? text)
    {
        if (text is null)
        {
            return -1;
        }

        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(_indices, text, out var exists);
        if (!exists)
        {
            index = _offsets.Count - 1;
            _bytes.AddRange(Encoding.UTF8.GetBytes(text));
            _offsets.Add(_bytes.Count);
        }

        return index;
    }

    public StringTable Build() => new([.. _offsets], [.. _bytes]);
}
