namespace Synapse.Ingestion.Chunking;

/// <summary>Where the lines of a text begin.</summary>
internal sealed class LineMap
{
    private readonly int[] _starts;

    /// <summary>Finds the lines of a text; a line end at the very end begins no further line.</summary>
    public LineMap(string text)
    {
        Text = text;
        Count = text.AsSpan().Count('\n') + (text.Length > 0 && text[^1] != '\n' ? 1 : 0);
        _starts = new int[Count + 1];
        var at = 0;
        for (var line = 1; line <= Count; line++)
        {
            var end = text.AsSpan(at).IndexOf('\n');
            at = end < 0 ? text.Length : at + end + 1;
            _starts[line] = at;
        }
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>Number of lines.</summary>
    public int Count { get; }

    /// <summary>Offset at which a line begins; for <see cref="Count"/>, the length of the text.</summary>
    /// <param name="line">Line, from 0.</param>
    public int Start(int line) => _starts[line];

    /// <summary>A line without its end.</summary>
    public ReadOnlySpan<char> this[int line]
    {
        get
        {
            var end = _starts[line + 1];
            return Text.AsSpan(_starts[line]..(end > _starts[line] && Text[end - 1] == '\n' ? end - 1 : end));
        }
    }

    /// <summary>Characters of the lines from one up to, and without, another.</summary>
    public int Size(int fromLine, int toLine) => _starts[toLine] - _starts[fromLine];

    /// <summary>The line, from 0, that holds an offset.</summary>
    /// <param name="offset">Offset in the text.</param>
    /// <param name="hint">A line at or before it; the search is fast when it is near.</param>
    public int LineOf(int offset, int hint)
    {
        // Near ones step by step, far ones by halving.
        for (var step = 0; step < 16; step++, hint++)
        {
            if (hint + 1 >= Count || _starts[hint + 1] > offset)
            {
                return hint;
            }
        }

        var found = Array.BinarySearch(_starts, hint, Count - hint, offset);
        return found >= 0 ? found : ~found - 1;
    }
}
