using System.Globalization;
using Synapse.Switching;
using Synapse.Web.Text;

namespace Synapse.Web.Switching;

/// <summary>The words that the page has for switches of embedding models; the command line has the same.</summary>
internal static class SwitchWords
{
    // Enough to know that it goes on, few enough to be heard without being disturbed.
    private const int Steps = 4;

    /// <summary>Whether it will be another soon, without anybody doing anything.</summary>
    public static bool IsMoving(ModelSwitch now)
        => now.Error is null && (!now.Progress.IsComplete || now.State == SwitchState.Filling || now.Wish is SwitchWish.Remove or SwitchWish.Return || now.IsToSwap);

    /// <summary>Where it stands, in a few words.</summary>
    public static string Title(ModelSwitch now) => (now.State, now.Wish) switch
    {
        (_, SwitchWish.Remove) => "The switch is being ended",
        (SwitchState.Switched, SwitchWish.Return) => $"On the way back to '{now.From.Model}'",
        (SwitchState.Switched, _) => $"Searches use '{now.To.Model}'",
        (SwitchState.Ready, _) when now.IsToSwap => $"About to change over to '{now.To.Model}'",
        (SwitchState.Ready, _) when now is { Wish: SwitchWish.WhenGood } or { Comparison.IsGood: false, SwitchedAt: null } => $"'{now.To.Model}' was found to be worse",
        (SwitchState.Ready, _) => $"'{now.To.Model}' is ready",
        _ when now.Progress.IsComplete => "Comparing the two models",
        _ => $"Embedding with '{now.To.Model}'",
    };

    /// <summary>What searches do meanwhile, and what comes next.</summary>
    public static string Explanation(ModelSwitch now) => (now.State, now.Wish) switch
    {
        (_, SwitchWish.Remove) => $"The embeddings of '{now.Shadow.Model}' are being removed. Searches stay with '{now.Searched.Model}'.",
        (SwitchState.Switched, SwitchWish.Return) => $"Searches go back as soon as no document lacks embeddings of '{now.From.Model}'.",
        (SwitchState.Switched, _) => $"The embeddings of '{now.From.Model}' are kept for the way back, and documents that come are embedded with both models.",
        (SwitchState.Ready, _) when now.IsToSwap => $"Searches change over as soon as no document lacks embeddings of '{now.To.Model}'.",
        (SwitchState.Ready, _) => $"Searches use '{now.From.Model}' until you decide. Documents that come are embedded with both models.",
        (_, SwitchWish.WhenGood) => $"Searches go on with '{now.From.Model}'. When all is embedded and measured, they change over if the new model is no worse.",
        (_, SwitchWish.Switch) => $"Searches go on with '{now.From.Model}'. When all is embedded, they change over, whatever is measured.",
        _ => $"Searches go on with '{now.From.Model}'. When all is embedded and measured, it waits for you.",
    };

    /// <summary>What measuring found, in a sentence.</summary>
    public static string Verdict(SwitchComparison found, string model) => found switch
    {
        { Questions: 0 } => $"There was nothing to ask, so nothing says that '{model}' is worse.",
        { IsGood: false } => $"'{model}' was found to be worse.",
        _ when found.ShadowNdcg > found.Ndcg + SwitchComparison.Tolerance => $"'{model}' was found to be better.",
        _ => $"'{model}' was found to be no worse.",
    };

    /// <summary>Where the questions of a comparison come from.</summary>
    public static string Questions(EvaluationBasis basis, long count) => basis == EvaluationBasis.Judged
        ? Amount.Of(count, "question of its own", "questions of its own")
        : Amount.Of(count, "sentence drawn from its documents", "sentences drawn from its documents");

    /// <summary>A share, such as <c>87 %</c>.</summary>
    public static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(share * 100):0} %");

    /// <summary>What is to be told to who does not see the page; null when nothing that matters has changed.</summary>
    /// <param name="collection">Name of the collection.</param>
    /// <param name="before">The switch as it was told of last; null without one.</param>
    /// <param name="now">The switch now; null without one.</param>
    public static string? Change(string collection, ModelSwitch? before, ModelSwitch? now)
    {
        if (now is null)
        {
            return before is null ? null : $"{collection} stays with '{before.Searched.Model}'. The other embeddings are removed.";
        }

        if (now.Error is { } error && error != before?.Error)
        {
            return $"{collection}: hindered, and tried again. {error}";
        }

        if (before is null || Title(before) != Title(now) || before.Wish != now.Wish)
        {
            var isNew = before is { State: SwitchState.Filling } && now.State != SwitchState.Filling;
            var verdict = isNew && now.Comparison is { IsGood: true } found ? $" {Verdict(found, now.To.Model)}" : "";
            return $"{collection}: {Title(now)}.{verdict} {Explanation(now)}";
        }

        return now.State == SwitchState.Filling && StepOf(now) > StepOf(before)
            ? $"{collection}: {Amount.Of(now.Progress.ChunksDone)} of {Amount.Of(now.Progress.ChunkCount, "chunk")} embedded."
            : null;
    }

    private static long StepOf(ModelSwitch found) => found.Progress.ChunkCount == 0 ? 0 : Steps * found.Progress.ChunksDone / found.Progress.ChunkCount;
}
