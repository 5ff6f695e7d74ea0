namespace Synapse.LocalModels.Tokenizing;

/// <summary>A text that grows, up to a limit. Reused, not thread-safe.</summary>
internal sealed class CharBuffer
{
    private const int KeptLength = 1 << 20;
    private char[] characters = new char[1_024];

    /// <summary>Most characters it takes. A normaliser of a hostile model could write without end.</summary>
    public int MaxLength { get; set; } = int.MaxValue / 4;

    public int Length { get; private set; }

    public ReadOnlySpan<char> Span => characters.AsSpan(0, Length);

    public Span<char> Writable => characters.AsSpan(0, Length);

    /// <summary>The error of a text that grows too long.</summary>
    public static InvalidDataException TooLong() => new("its normaliser makes texts many times longer than they are");

    /// <summary>Empties it, and gives back what an unusually long text left.</summary>
    public void Clear()
    {
        Length = 0;
        if (characters.Length > KeptLength)
        {
            characters = new char[1_024];
        }
    }

    public void Append(char character)
    {
        if (Length == characters.Length)
        {
            Grow(1);
        }

        characters[Length++] = character;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        if (text.Length > characters.Length - Length)
        {
            Grow(text.Length);
        }

        text.CopyTo(characters.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Appends one character of any plane.</summary>
    public void Append(int codePoint)
    {
        if (codePoint < 0x10000)
        {
            Append((char)codePoint);
        }
        else
        {
            Append((char)(0xD7C0 + (codePoint >> 10)));
            Append((char)(0xDC00 | (codePoint & 0x3FF)));
        }
    }

    /// <summary>Room for as many more characters, to be written by the caller and then counted with <see cref="Advance"/>.</summary>
    public Span<char> Reserve(int length)
    {
        if (length > characters.Length - Length)
        {
            Grow(length);
        }

        return characters.AsSpan(Length, length);
    }

    public void Advance(int length) => Length += length;

    private void Grow(int more)
    {
        var needed = (long)Length + more;
        if (needed > MaxLength)
        {
            throw TooLong();
        }

        Array.Resize(ref characters, (int)Math.Min(Math.Max(needed, characters.Length * 2L), Math.Max(needed, MaxLength)));
    }
}
