using Synapse.Providers.Wire;

namespace Synapse.Providers.Chat;

/// <summary>Takes thoughts between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c> out of the text, wherever the tags are cut.</summary>
/// <remarks>
/// Only a tag at the very beginning of a reply opens thoughts: later ones belong to the text, which may be about such tags. Some templates put the opening tag into the
/// prompt; then the text before a lone closing tag cannot be told from an answer, and only the tag is taken out.
/// </remarks>
internal sealed class ThoughtSplitter
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    private State _state = State.Beginning;
    private string _held = "";

    private enum State
    {
        Beginning,
        Thinking,
        Answering,
        AfterThoughts,
        Done,
    }

    /// <summary>Takes a piece of text.</summary>
    /// <param name="text">The piece.</param>
    /// <param name="pieces">Receives what can be said already; the rest is held until the next piece.</param>
    public void Accept(string text, ICollection<StreamPiece> pieces)
    {
        _held += text;
        while (_held.Length > 0 && Step(pieces))
        {
        }
    }

    /// <summary>The reply is over: what is held is what it seems.</summary>
    public void Complete(ICollection<StreamPiece> pieces)
    {
        Emit(_held.Length, pieces);
        _held = "";
    }

    private bool Step(ICollection<StreamPiece> pieces) => _state switch
    {
        State.Beginning => StepBeginning(),
        State.Thinking or State.Answering => StepToClose(pieces),
        State.AfterThoughts => StepOverBlanks(),
        _ => StepRest(pieces),
    };

    private bool StepBeginning()
    {
        var trimmed = _held.AsSpan().TrimStart();
        if (trimmed.StartsWith(Open, StringComparison.Ordinal))
        {
            _held = trimmed[Open.Length..].ToString();
            _state = State.Thinking;
            return true;
        }

        if (Open.AsSpan().StartsWith(trimmed, StringComparison.Ordinal))
        {
            return false;
        }

        _state = State.Answering;
        return true;
    }

    private bool StepToClose(ICollection<StreamPiece> pieces)
    {
        var at = _held.IndexOf(Close, StringComparison.Ordinal);
        if (at >= 0)
        {
            Emit(at, pieces);
            _held = _held[(at + Close.Length)..];
            _state = _state == State.Thinking ? State.AfterThoughts : State.Done;
            return true;
        }

        var kept = Overlap(_held);
        Emit(_held.Length - kept, pieces);
        _held = _held[^kept..];
        return false;
    }

    private bool StepOverBlanks()
    {
        _held = _held.TrimStart();
        _state = _held.Length > 0 ? State.Done : _state;
        return _held.Length > 0;
    }

    private bool StepRest(ICollection<StreamPiece> pieces)
    {
        Emit(_held.Length, pieces);
        _held = "";
        return false;
    }

    private void Emit(int length, ICollection<StreamPiece> pieces)
    {
        if (length > 0)
        {
            pieces.Add(new(_held[..length], IsReasoning: _state == State.Thinking));
        }
    }

    // How much of the end may be the beginning of a closing tag.
    private static int Overlap(string text)
    {
        for (var length = Math.Min(text.Length, Close.Length - 1); length > 0; length--)
        {
            if (text.AsSpan().EndsWith(Close.AsSpan(0, length), StringComparison.Ordinal))
            {
                return length;
            }
        }

        return 0;
    }
}
