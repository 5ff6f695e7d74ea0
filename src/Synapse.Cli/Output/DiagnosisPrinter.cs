using System.Globalization;
using Synapse.Cli.Commands;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes the steps of a diagnosis for people, each as it comes: a sign and a word, so that neither colour nor sign is needed to read it.</summary>
internal sealed class DiagnosisPrinter(Terminal terminal)
{
    private string? _provider;

    public Task PrintAsync(DiagnosisStepResponse step, CancellationToken cancellationToken)
    {
        if (step.Provider != _provider)
        {
            if (_provider is not null)
            {
                terminal.Line();
            }

            _provider = step.Provider;
            terminal.Line(terminal.Bold(Terminal.Clean(step.Provider)));
        }

        var (sign, word) = Mark(step.Outcome);
        var time = step.ElapsedMs >= 1 ? terminal.Dim(string.Create(CultureInfo.InvariantCulture, $" ({step.ElapsedMs:0} ms)")) : "";
        terminal.Line($"  {sign} {word,-7}  {step.Name,-11}  {Terminal.Clean(step.Finding)}{time}");
        if (step.Cure is not null)
        {
            terminal.Line($"{new string(' ', 24)}{terminal.Place("Do:")} {Terminal.Clean(step.Cure)}");
        }

        return terminal.FlushAsync(cancellationToken);
    }

    public Task PrintSumAsync(IReadOnlyList<DiagnosisStepResponse> steps, CancellationToken cancellationToken)
    {
        var failed = steps.Count(step => step.Outcome == "failed");
        var warnings = steps.Count(step => step.Outcome == "warning");
        terminal.Line();
        terminal.Line(failed > 0
            ? $"{PathIndexing.Count(failed, "step")} failed. Do what is said above, and run this again."
            : warnings > 0 ? $"All works, with {PathIndexing.Count(warnings, "warning")}." : "All is well.");
        return terminal.FlushAsync(cancellationToken);
    }

    private static (string Sign, string Word) Mark(string outcome) => outcome switch
    {
        "ok" => ("✓", "ok"),
        "warning" => ("!", "warning"),
        "failed" => ("✗", "failed"),
        "waiting" => ("…", "waiting"),
        _ => ("-", "skipped"),
    };
}
