using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes the numbered sources of an answer for people.</summary>
internal static class AnswerPrinter
{
    public static void PrintCitations(AnswerResponse answer, Terminal terminal)
    {
        var severalCollections = answer.Citations.Select(citation => citation.Collection).Distinct().Count() > 1;
        foreach (var citation in answer.Citations)
        {
            terminal.Line();
            var lines = citation.EndLine > citation.StartLine ? $"{citation.StartLine}-{citation.EndLine}" : $"{citation.StartLine}";
            terminal.Line($"{terminal.Bold($"[{citation.Number}]")} {terminal.Place(Terminal.Clean($"{citation.Document}:{lines}"))}"
                + (severalCollections ? $"  {terminal.Dim($"[{Terminal.Clean(citation.Collection)}]")}" : "")
                + (citation.Verified ? "" : "  (quote not found in the stored text)"));
            foreach (var line in citation.Quote.Split('\n'))
            {
                terminal.Line($"    {terminal.Dim("│")} {Terminal.Clean(line.TrimEnd('\r'))}");
            }
        }
    }
}
