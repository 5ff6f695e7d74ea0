using System.Globalization;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes switches of embedding models for people.</summary>
internal static class SwitchPrinter
{
    public static void Print(SwitchEstimateResponse estimate, Terminal terminal)
    {
        terminal.Line($"{terminal.Bold(Terminal.Clean(estimate.Collection))}: from '{Terminal.Clean(estimate.FromModel)}' to '{Terminal.Clean(estimate.ToModel)}'");
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"  to embed   {estimate.Documents:N0} documents, {estimate.Chunks:N0} chunks, about {estimate.Tokens:N0} tokens"));
        terminal.Line($"  time       {(estimate.DurationSeconds is { } seconds ? $"about {JobPrinter.Duration(seconds)}, measured on a sample" : "not known before it begins: nothing is sent for an estimate")}");
        terminal.Line($"  cost       {(estimate.IsLocal ? "none: the model runs on this machine or its private network" : estimate.Cost is { } cost ? string.Create(CultureInfo.InvariantCulture, $"about {cost:0.00##} {estimate.Currency}") : "not known: the provider has no price table")}");
    }

    public static void Print(IReadOnlyList<EmbeddingModelResponse> models, IReadOnlyList<ModelSwitchResponse> switches, Terminal terminal)
    {
        terminal.Line("Embedding models of the configuration:");
        foreach (var model in models)
        {
            terminal.Line(model.Model is { } name
                ? $"  {terminal.Bold(Terminal.Clean(name))}  {model.Dimensions} dimensions{(model.IsLocal ? "" : ", not local")}"
                : $"  cannot be asked: {Terminal.Clean(model.Problem ?? "")}");
        }

        terminal.Line();
        terminal.Line(switches.Count == 0 ? "No collection is being switched." : "Switches:");
        foreach (var each in switches)
        {
            Print(each, terminal);
        }
    }

    public static void Print(ModelSwitchResponse now, Terminal terminal)
    {
        terminal.Line($"{terminal.Bold(Terminal.Clean(now.Collection))}: {Describe(now)}");
        if (now.Comparison is { } found)
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"  {found.Questions} {(found.Basis == "judged" ? "questions of its own" : "sentences drawn from its documents")}: NDCG@10 {found.OldNdcg:0.000} with '{Terminal.Clean(now.FromModel)}', {found.NewNdcg:0.000} with '{Terminal.Clean(now.ToModel)}'; recall@10 {found.OldRecall:0.000} and {found.NewRecall:0.000}; {found.Overlap:P0} of the hits in common"));
        }

        if (now.Progress.DocumentsRefused > 0)
        {
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"  {now.Progress.DocumentsRefused:N0} documents were refused by the model and are found by their words alone"));
        }

        if (now.Error is { } error)
        {
            terminal.Line($"  hindered, and tried again: {Terminal.Clean(error)}");
        }
    }

    /// <summary>Where a switch stands, in a line.</summary>
    public static string Describe(ModelSwitchResponse now)
    {
        var (from, to) = (Terminal.Clean(now.FromModel), Terminal.Clean(now.ToModel));
        return (now.State, now.Wish) switch
        {
            (_, "end") => "the switch is being ended",
            ("switched", "return") => $"on the way back to '{from}'",
            ("switched", _) => $"searches use '{to}'; 'back' returns to '{from}', 'end' removes it",
            ("ready", "switch") => $"about to change over to '{to}'",
            ("ready", "good") when now.Comparison is { IsGood: false } => $"'{to}' was found to be worse; searches stay with '{from}'. 'accept' changes over all the same, 'end' gives it up",
            ("ready", _) => $"'{to}' is ready; searches use '{from}' until 'accept'",
            _ => string.Create(CultureInfo.InvariantCulture, $"embedding with '{to}': {now.Progress.ChunksDone:N0} of {now.Progress.ChunkCount:N0} chunks")
                + (now.Progress.RemainingSeconds is > 1 and var seconds ? $", about {JobPrinter.Duration(seconds)} left" : ""),
        };
    }
}
