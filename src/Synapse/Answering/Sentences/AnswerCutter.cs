using System.Buffers;
using System.Text;

namespace Synapse.Answering.Sentences;

/// <summary>A sentence that was cut from the text of a model.</summary>
/// <param name="Text">Its text, without marks and without the mark of its list item or heading.</param>
/// <param name="Marks">Passages that its citation marks name; in order, each once.</param>
/// <param name="Lead">What stands before it.</param>
/// <param name="Form">What it is in the layout.</param>
/// <param name="IsWhole">Whether its end has been seen.</param>
internal sealed record CutSentence(string Text, IReadOnlyList<int> Marks, string Lead, SentenceForm Form, bool IsWhole);

/// <summary>Cuts sentences from a text while it is written: each as soon as the next one begins, or its paragraph, list item or block of code ends.</summary>
internal sealed class AnswerCutter
{
    private const int MaxHead = 12;
    private const int MaxIndent = 8;
    private const int MaxBlock = 8_000;

    private static readonly SearchValues<char> s_tableRule = SearchValues.Create("|-: +=");

    private readonly List<CutSentence> _cut = [];
    private readonly StringBuilder _line = new();
    private readonly StringBuilder _block = new();
    private LineKind _kind = LineKind.Undecided;
    private string _lead = "";
    private string _fence = "";
    private int _taken;
    private bool _hasText;

    private enum LineKind
    {
        Undecided,
        Text,
        Heading,
        TableRow,
        Fence,
        InFence,
    }

    /// <summary>What has come after the last sentence that was cut.</summary>
    public string Rest
    {
        get
        {
            var block = _block.ToString();
            var (clean, _) = CitationMarks.Strip(block);
            var rest = _kind is LineKind.InFence || _taken > clean.Length ? block : clean[_taken..];
            return _kind is LineKind.Text ? rest.TrimStart() : rest + _line;
        }
    }

    /// <summary>Takes the next piece of the text.</summary>
    /// <returns>The sentences that it completes, in order.</returns>
    public IReadOnlyList<CutSentence> Add(ReadOnlySpan<char> piece)
    {
        _cut.Clear();
        foreach (var unit in piece)
        {
            if (unit == '\n')
            {
                EndLine();
            }
            else if (unit != '\r')
            {
                AddUnit(unit);
            }
        }

        if (_kind == LineKind.Text)
        {
            // A paragraph without end is looked at again with every piece; so it is ended.
            CutBlock(isEnd: _block.Length > MaxBlock, isWhole: true);
        }

        return [.. _cut];
    }

    /// <summary>Takes what is left at the end.</summary>
    /// <param name="isWhole">Whether the text came to its own end; else its last sentence may lack its end.</param>
    public IReadOnlyList<CutSentence> End(bool isWhole)
    {
        _cut.Clear();
        switch (_kind)
        {
            case LineKind.InFence:
                _block.Append(_line);
                _line.Clear();
                AddCode(isWhole);
                break;
            case LineKind.Undecided when _line.ToString().Trim().Length > 0:
                BeginText("");
                goto case LineKind.Text;
            case LineKind.Text:
                CutBlock(isEnd: true, isWhole);
                break;
            case LineKind.Heading or LineKind.TableRow:
                AddLine(isWhole);
                break;
        }

        CutBlock(isEnd: true, isWhole);
        _kind = LineKind.Undecided;
        return [.. _cut];
    }

    private void AddUnit(char unit)
    {
        if (_kind == LineKind.Text)
        {
            _block.Append(unit);
            return;
        }

        _line.Append(unit);
        if (_kind == LineKind.Undecided)
        {
            Decide();
        }
    }

    private void EndLine()
    {
        var line = _line.ToString();
        switch (_kind)
        {
            case LineKind.Text:
                _block.Append('\n');
                break;
            case LineKind.Undecided when line.Trim().Length == 0 || IsRule(line.Trim()):
                CutBlock(isEnd: true, isWhole: true);
                break;
            case LineKind.Undecided:
                BeginText("");
                _block.Append('\n');
                break;
            case LineKind.Heading or LineKind.TableRow:
                AddLine(isWhole: true);
                break;
            case LineKind.Fence:
                CutBlock(isEnd: true, isWhole: true);
                _fence = line.Trim()[..3];
                _line.Clear();
                _kind = LineKind.InFence;
                return;
            case LineKind.InFence when line.AsSpan().Trim().StartsWith(_fence):
                AddCode(isWhole: true);
                break;
            case LineKind.InFence:
                _block.Append(line).Append('\n');
                _line.Clear();
                return;
        }

        _line.Clear();
        _kind = LineKind.Undecided;
    }

    /// <summary>Tells what the line is, as soon as its beginning shows it.</summary>
    private void Decide()
    {
        var line = _line.ToString();
        var content = line.AsSpan().TrimStart();
        if (content.IsEmpty && line.Length < MaxHead)
        {
            return;
        }

        if (content.IsEmpty)
        {
            BeginText("");
            return;
        }

        if (content[0] is '`' or '~' && content.Length < 3 && !content.ContainsAnyExcept(content[0]))
        {
            return;
        }

        if (content.StartsWith("```") || content.StartsWith("~~~"))
        {
            _kind = LineKind.Fence;
        }
        else if (content[0] == '|')
        {
            _kind = LineKind.TableRow;
        }
        else if (content[0] == '#' && content.IndexOfAnyExcept('#') is var marks and <= 6)
        {
            _kind = marks < 0 ? content.Length > 6 ? LineKind.Text : LineKind.Undecided : content[marks] == ' ' ? LineKind.Heading : LineKind.Text;
        }
        else if (ListMark(content) is var mark and not 0)
        {
            if (mark > 0)
            {
                BeginItem(line, mark);
            }

            return;
        }
        else
        {
            _kind = LineKind.Text;
        }

        if (_kind == LineKind.Text)
        {
            BeginText("");
        }
    }

    private void BeginItem(string line, int mark)
    {
        CutBlock(isEnd: true, isWhole: true);
        var indent = line.Length - line.AsSpan().TrimStart().Length;
        var lead = $"{(_hasText ? "\n" : "")}{new string(' ', Math.Min(indent, MaxIndent))}{line.AsSpan(indent, mark)} ";
        _line.Clear();
        BeginText(lead);
    }

    private void BeginText(string lead)
    {
        if (lead.Length > 0 || (_block.Length == 0 && _lead.Length == 0))
        {
            _lead = lead.Length > 0 ? lead : _hasText ? "\n\n" : "";
        }

        _block.Append(_line);
        _line.Clear();
        _kind = LineKind.Text;
    }

    // 0: none; above: its length; -1: it may become one.
    private static int ListMark(ReadOnlySpan<char> content)
    {
        var mark = content[0] is '-' or '*' or '+' or '•' or '–' ? 1 : 0;
        if (mark == 0)
        {
            var digits = content.IndexOfAnyExceptInRange('0', '9');
            if (digits < 0)
            {
                return content.Length <= 3 ? -1 : 0;
            }

            mark = digits is >= 1 and <= 3 && content[digits] is '.' or ')' ? digits + 1 : 0;
        }

        if (mark == 0)
        {
            return 0;
        }

        if (content.Length > mark)
        {
            return content[mark] == ' ' ? mark : content.Length < MaxHead && content[0] is '-' or '*' && !content.ContainsAnyExcept(content[0], ' ') ? -1 : 0;
        }

        return -1;
    }

    private static bool IsRule(string line) => line.Length >= 3 && line[0] is '-' or '*' && !line.AsSpan().ContainsAnyExcept(line[0], ' ');

    private void AddLine(bool isWhole)
    {
        CutBlock(isEnd: true, isWhole: true);
        var content = _line.ToString().Trim();
        _line.Clear();
        var isHeading = _kind == LineKind.Heading;
        var (text, marks) = CitationMarks.Strip(isHeading ? content.TrimStart('#') : content);
        text = text.Trim();
        if (text.AsSpan().ContainsAnyExcept(s_tableRule))
        {
            Emit(new CutSentence(text, NumbersOf(marks), _hasText ? isHeading ? "\n\n" : "\n" : "", isHeading ? SentenceForm.Heading : SentenceForm.TableRow, isWhole));
        }
    }

    private void AddCode(bool isWhole)
    {
        var code = _block.ToString().Trim('\n');
        Reset();
        if (code.Length > 0)
        {
            Emit(new CutSentence(code, [], _hasText ? "\n\n" : "", SentenceForm.Code, isWhole));
        }
    }

    private void CutBlock(bool isEnd, bool isWhole)
    {
        if (_kind == LineKind.InFence)
        {
            return;
        }

        var length = isEnd ? _block.Length : CitationMarks.SafeLength(_block.ToString());
        var (clean, marks) = CitationMarks.Strip(_block.ToString().AsSpan(0, length));
        var units = new List<TextUnit>();
        if (_taken < clean.Length)
        {
            SentenceBorders.Split(clean, _taken, clean.Length, units);
        }

        for (var i = 0; i < units.Count && (isEnd || i + 1 < units.Count); i++)
        {
            var isLast = i + 1 == units.Count;
            var until = isLast ? clean.Length : units[i + 1].Start;
            var from = _taken;
            var cited = marks.Where(mark => (mark.Offset > from || from == 0) && mark.Offset <= until).ToList();
            Emit(new CutSentence(TextSpans.InOneLine(clean[units[i].Start..units[i].End]), NumbersOf(cited), LeadOf(), SentenceForm.Prose, isWhole || !isLast));
            _taken = until;
        }

        if (isEnd)
        {
            Reset();
        }
    }

    private string LeadOf()
    {
        var lead = _lead.Length > 0 ? _lead : _taken > 0 ? " " : "";
        _lead = "";
        return lead;
    }

    private void Reset()
    {
        _block.Clear();
        _taken = 0;
        _lead = "";
    }

    private void Emit(CutSentence sentence)
    {
        _hasText = true;
        _cut.Add(sentence);
    }

    private static int[] NumbersOf(List<CitationMark> marks) => [.. marks.SelectMany(mark => mark.Numbers).Distinct()];
}
