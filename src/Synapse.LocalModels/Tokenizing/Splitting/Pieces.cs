namespace Synapse.LocalModels.Tokenizing.Splitting;

/// <summary>A text and the pieces that it has been split into. Reused, not thread-safe.</summary>
/// <remarks>A round reads all pieces and writes the next ones: ranges of the same text, or of a text written anew.</remarks>
internal sealed class Pieces
{
    private Piece[] current = new Piece[64];
    private Piece[] next = new Piece[64];
    private CharBuffer text = new();
    private CharBuffer nextText = new();
    private int nextCount;

    /// <summary>The text that the ranges lie in.</summary>
    public ReadOnlySpan<char> Text => text.Span;

    /// <summary>The text of the next round, for a splitter that changes it.</summary>
    public CharBuffer NextText => nextText;

    /// <summary>How many pieces there are now.</summary>
    public int Count { get; private set; }

    public Piece this[int index] => current[index];

    public ReadOnlySpan<char> TextOf(int index) => text.Span.Slice(current[index].Start, current[index].Length);

    /// <summary>Starts again with one text.</summary>
    /// <param name="whole">The text.</param>
    /// <param name="isAtOrigin">Whether it starts where the whole text started.</param>
    /// <param name="maxLength">Most characters that the text may grow to.</param>
    public void Start(ReadOnlySpan<char> whole, bool isAtOrigin, int maxLength)
    {
        text.Clear();
        text.MaxLength = maxLength;
        nextText.MaxLength = maxLength;
        text.Append(whole);
        current[0] = new Piece(0, whole.Length, isAtOrigin);
        Count = whole.Length > 0 ? 1 : 0;
    }

    /// <summary>Adds a part of a piece to the next round; an empty one is left out.</summary>
    public void Keep(in Piece parent, int start, int length)
        => Add(new Piece(start, length, parent.IsAtOrigin && start == parent.Start));

    /// <summary>Adds a piece of <see cref="NextText"/> to the next round; an empty one is left out.</summary>
    public void KeepWritten(int start, int length, bool isAtOrigin) => Add(new Piece(start, length, isAtOrigin));

    /// <summary>Ends a round that left the text as it is.</summary>
    public void Advance()
    {
        (current, next) = (next, current);
        (Count, nextCount) = (nextCount, 0);
    }

    /// <summary>Ends a round that wrote the text anew.</summary>
    public void AdvanceText()
    {
        (text, nextText) = (nextText, text);
        nextText.Clear();
        Advance();
    }

    private void Add(Piece piece)
    {
        if (piece.Length == 0)
        {
            return;
        }

        if (nextCount == next.Length)
        {
            Array.Resize(ref next, nextCount * 2);
        }

        next[nextCount++] = piece;
    }
}

/// <summary>A range of the text.</summary>
/// <param name="Start">Offset of its first character.</param>
/// <param name="Length">Number of characters.</param>
/// <param name="IsAtOrigin">Whether it starts where the whole text started, before anything was split or dropped.</param>
internal readonly record struct Piece(int Start, int Length, bool IsAtOrigin);
