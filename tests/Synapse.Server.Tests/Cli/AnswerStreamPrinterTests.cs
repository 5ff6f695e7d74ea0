using Synapse.Cli.Output;
using Synapse.Contracts;

namespace Synapse.Server.Tests.Cli;

public sealed class AnswerStreamPrinterTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _notices = new() { NewLine = "\n" };
    private readonly AnswerStreamPrinter _printer;

    public AnswerStreamPrinterTests()
        => _printer = new AnswerStreamPrinter(new Terminal(_output, isRedirected: true), new Terminal(_notices, isRedirected: true));

    public void Dispose()
    {
        _output.Dispose();
        _notices.Dispose();
    }

    [Fact]
    public void Sentences_are_written_as_they_are_checked_and_sources_after_the_last()
    {
        AnswerSentenceResponse[] sentences =
        [
            new("Backups run at two.", [1]), new("They take six hours.", [], "unsupported", "No passage of this question says this.", " "),
            new("They are kept.", [1], Lead: "\n- "), new("A restore", [], "incomplete", "It was cut off.", "\n- "),
        ];
        var citation = new CitationResponse(1, "c", 1, 1, "backup.md", 3, 3, 0, 9, "Backups run at two.", true);
        _printer.Print(new AnswerStreamEvent(Rewritten: new RewrittenQuestionResponse("When do backups run?")));
        _printer.Print(new AnswerStreamEvent(Waiting: new ProviderWaitResponse("openai", "busy", 11_200)));
        _printer.Print(new AnswerStreamEvent(Citation: citation));
        foreach (var sentence in sentences)
        {
            _printer.Print(new AnswerStreamEvent(Sentence: sentence));
        }

        const string text = "Backups run at two. [1] They take six hours. [unsupported]\n- They are kept. [1]\n- A restore [cut off]";
        Assert.Equal(text, _output.ToString());
        _printer.Print(new AnswerStreamEvent(Completed: new AnswerResponse(
            text, sentences, [citation], true, [new NoteResponse("embedding_too_late", ["docs"], "By words alone.")], "interrupted", new AnswerModelResponse("openai", "gpt", false), 3, [new LeftOutPassageResponse(2, "b.md", 1, 2)],
            Error: new AnswerFaultResponse("provider_interrupted", "Cut off. Ask again."))));
        Assert.Equal(
            text + "\n\n[1] backup.md:3\n    │ Backups run at two.\n\nWritten by gpt (openai, cloud); 1 of 4 passages had no room in its context\n", _output.ToString());
        Assert.Equal(
            "Searching for: When do backups run?\nopenai is busy, retrying (12 s)\nUnsupported: \"They take six hours.\" No passage of this question says this.\n"
            + "Note: By words alone.\nThe answer was interrupted: Cut off. Ask again.\n", _notices.ToString());
    }

    [Fact]
    public void Neither_escape_sequences_nor_marks_of_direction_reach_the_terminal()
    {
        const string attack = "\e[31mred\e]0;title\a \u202Ereversed\u2066 \rover \u009B31m";
        var citation = new CitationResponse(1, attack, 1, 1, attack, 3, 3, 0, 9, attack, true);
        var sentence = new AnswerSentenceResponse(attack, [], "unsupported", attack, "\e[2J\n- ");
        _printer.Print(new AnswerStreamEvent(Rewritten: new RewrittenQuestionResponse(attack)));
        _printer.Print(new AnswerStreamEvent(Waiting: new ProviderWaitResponse(attack, attack, 1)));
        _printer.Print(new AnswerStreamEvent(Citation: citation));
        _printer.Print(new AnswerStreamEvent(Sentence: sentence));
        _printer.Print(new AnswerStreamEvent(Completed: new AnswerResponse(
            attack, [sentence], [citation], false, [new NoteResponse("x", [attack], attack)], "interrupted", new AnswerModelResponse(attack, attack, false), Error: new AnswerFaultResponse(attack, attack))));
        var written = _output.ToString() + _notices;
        Assert.Contains("reversed", written, StringComparison.Ordinal);
        Assert.DoesNotContain(written, unit => (char.IsControl(unit) && unit != '\n') || unit is '\u202E' or '\u2066');
    }
}
