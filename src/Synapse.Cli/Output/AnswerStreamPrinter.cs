using System.Globalization;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes an answer for people while it is made: sentence by sentence, each after its check, so that nothing has to be taken back.</summary>
/// <param name="terminal">Where the answer goes.</param>
/// <param name="notices">Where waits and notes go.</param>
internal sealed class AnswerStreamPrinter(Terminal terminal, Terminal notices)
{
    private readonly Dictionary<int, CitationResponse> _citations = [];
    private bool _hasText;

    /// <summary>Writes what an event adds.</summary>
    public void Print(AnswerStreamEvent next)
    {
        switch (next)
        {
            case { Rewritten: { } rewritten }:
                notices.Line(notices.Dim($"Searching for: {Terminal.Clean(rewritten.Question)}"));
                break;
            case { Waiting: { } waiting }:
                var seconds = Math.Max(1, Math.Ceiling(waiting.RetryAfterMs / 1_000)).ToString("0", CultureInfo.InvariantCulture);
                notices.Line(notices.Dim($"{Terminal.Clean(waiting.Provider)} is {Terminal.Clean(waiting.Reason)}, retrying ({seconds} s)"));
                break;
            case { Citation: { } citation }:
                _citations[citation.Number] = citation;
                break;
            case { Sentence: { } sentence }:
                Print(sentence);
                break;
            case { Completed: { } answer }:
                Complete(answer);
                break;
        }
    }

    private void Print(AnswerSentenceResponse sentence)
    {
        // Quotes have no lead of their own.
        var lead = sentence.Lead.Length > 0 || !_hasText ? sentence.Lead : sentence.Text.Contains('\n', StringComparison.Ordinal) ? "\n" : " ";
        _hasText = true;
        var citations = sentence.Citations.Count > 0 ? $" [{string.Join("] [", sentence.Citations)}]" : "";
        var mark = sentence.Support switch
        {
            "unsupported" => $" {terminal.Match("[unsupported]")}",
            "incomplete" => $" {terminal.Match("[cut off]")}",
            _ => "",
        };
        terminal.Write(CleanLines(lead) + CleanLines(sentence.Text) + citations + mark);
    }

    private void Complete(AnswerResponse answer)
    {
        if (_hasText)
        {
            terminal.Line();
        }

        if (!answer.Found || answer.Finish == "filtered")
        {
            terminal.Line(Terminal.Clean(answer.Answer));
        }

        foreach (var sentence in answer.Sentences.Where(sentence => sentence.Support == "unsupported"))
        {
            notices.Line(notices.Dim($"Unsupported: \"{Terminal.Clean(Shorten(sentence.Text))}\" {Terminal.Clean(sentence.Reason ?? "")}"));
        }

        AnswerPrinter.PrintCitations(answer, terminal);
        if (answer.Model is { } model)
        {
            var passages = answer.PassagesLeftOut is { Count: > 0 } leftOut ? $"; {leftOut.Count} of {answer.PassagesUsed + leftOut.Count} passages had no room in its context" : "";
            terminal.Line();
            terminal.Line(terminal.Dim($"Written by {Terminal.Clean(model.Model)} ({Terminal.Clean(model.Provider)}, {(model.IsLocal ? "local" : "cloud")}){passages}"));
        }

        foreach (var note in answer.Notes)
        {
            notices.Line($"Note: {Terminal.Clean(note.Message)}");
        }

        if (answer.Finish == "interrupted")
        {
            notices.Line($"The answer was interrupted: {Terminal.Clean(answer.Error?.Message ?? "")}");
        }
        else if (answer.Finish == "truncated")
        {
            notices.Line("The model's limit cut the answer short.");
        }
    }

    private static string CleanLines(string text) => string.Join('\n', text.Split('\n').Select(line => Terminal.Clean(line.TrimEnd('\r'))));

    private static string Shorten(string text) => text.Length <= 80 ? text : $"{text[..80]}…";
}
