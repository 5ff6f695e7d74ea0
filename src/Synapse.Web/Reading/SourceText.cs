namespace Synapse.Web.Reading;

/// <summary>One row of a source view: a line, or a piece of a line that is too long for one row.</summary>
/// <param name="LineNumber">Number of its line, from 1.</param>
/// <param name="IsLineStart">Whether it begins its line.</param>
/// <param name="StartOffset">First UTF-16 unit in the document.</param>
/// <param name="Text">Its text, without the line break.</param>
internal readonly record struct SourceRow(int LineNumber, bool IsLineStart, int StartOffset, string Text);

/// <summary>A document's text cut into rows, of which a page shows a few hundred at a time.</summary>
/// <remarks>Knows the start of every row and copies text only for the rows that are asked for: a 5 MB document costs one pass.</remarks>
internal sealed class SourceText
{
    /// <summary>Longest row, in UTF-16 units; a file in one line is as readable as any other.</summary>
    public const int MaxRowLength = 1_000;

    private readonly string _text;
    private readonly List<int> _rowStarts = [];
    private readonly List<int> _lineNumbers = [];

    /// <summary>Cuts a text into rows.</summary>
    public SourceText(string text)
    {
        _text = text;
        var line = 1;
        var start = 0;
        while (true)
        {
            var lineBreak = text.IndexOf('\n', start);
            var end = lineBreak < 0 ? text.Length : lineBreak;
            AddRows(start, end, line);
            // A break at the very end ends the last line; it does not begin another.
            if (lineBreak < 0 || lineBreak + 1 == text.Length)
            {
                break;
            }

            start = lineBreak + 1;
            line++;
        }

        LineCount = line;
    }

    /// <summary>Rows of the document; at least 1.</summary>
    public int RowCount => _rowStarts.Count;

    /// <summary>Lines of the document; at least 1.</summary>
    public int LineCount { get; }

    /// <summary>Length in UTF-16 units.</summary>
    public int Length => _text.Length;

    /// <summary>The row that an offset lies in; offsets outside of the document give its first or last row.</summary>
    public int RowAt(int offset)
    {
        var found = _rowStarts.BinarySearch(Math.Max(0, offset));
        return found >= 0 ? found : Math.Max(0, ~found - 1);
    }

    /// <summary>The first row of a line; numbers outside of the document give its first or last line.</summary>
    public int RowOfLine(int lineNumber)
    {
        var found = _lineNumbers.BinarySearch(Math.Clamp(lineNumber, 1, LineCount));
        while (found > 0 && _lineNumbers[found - 1] == _lineNumbers[found])
        {
            found--;
        }

        return found;
    }

    /// <summary>Number of the line that a row belongs to.</summary>
    public int LineNumberOf(int row) => _lineNumbers[row];

    /// <summary>Reads one row.</summary>
    public SourceRow Row(int row)
    {
        var start = _rowStarts[row];
        var end = row + 1 < _rowStarts.Count ? _rowStarts[row + 1] : _text.Length;
        var text = _text.AsSpan(start, end - start).TrimEnd("\r\n");
        return new(_lineNumbers[row], row == 0 || _lineNumbers[row - 1] != _lineNumbers[row], start, text.ToString());
    }

    private void AddRows(int start, int end, int line)
    {
        do
        {
            _rowStarts.Add(start);
            _lineNumbers.Add(line);
            start += MaxRowLength;
            // Never half of a surrogate pair.
            if (start < end && char.IsLowSurrogate(_text[start]))
            {
                start--;
            }
        }
        while (start < end);
    }
}
