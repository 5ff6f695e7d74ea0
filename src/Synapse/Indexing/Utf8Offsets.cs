using System.Text;

namespace Synapse.Indexing;

/// <summary>Tells the UTF-8 offset of UTF-16 offsets that mostly ascend, each stretch of the text counted once.</summary>
internal sealed class Utf8Offsets(string text)
{
    private int _offset;
    private int _bytes;

    /// <summary>Bytes before a UTF-16 offset.</summary>
    public int Of(int offset)
    {
        // A pair of surrogates is one character of four bytes; an offset between the two belongs after it.
        if (offset > 0 && offset < text.Length && char.IsLowSurrogate(text[offset]) && char.IsHighSurrogate(text[offset - 1]))
        {
            offset++;
        }

        if (offset < _offset)
        {
            _offset = 0;
            _bytes = 0;
        }

        _bytes += Encoding.UTF8.GetByteCount(text.AsSpan(_offset, offset - _offset));
        _offset = offset;
        return _bytes;
    }
}
