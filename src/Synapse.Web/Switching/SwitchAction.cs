using Synapse.Switching;

namespace Synapse.Web.Switching;

/// <summary>Something that a person can do about a switch.</summary>
/// <param name="Wish">What it makes of the switch.</param>
/// <param name="Label">What its button says.</param>
/// <param name="Effect">What it does, in a sentence.</param>
/// <param name="IsFinal">Whether it cannot be undone and is asked for once more.</param>
public sealed record SwitchAction(SwitchWish Wish, string Label, string Effect, bool IsFinal = false)
{
    /// <summary>What can be done now; the likeliest first.</summary>
    public static IReadOnlyList<SwitchAction> Of(ModelSwitch now) => (now.State, now.Wish) switch
    {
        (_, SwitchWish.Remove) => [],
        (SwitchState.Switched, SwitchWish.Return) => [new(SwitchWish.Hold, "Stay with the new model", $"Searches go on with '{now.To.Model}'.")],
        (SwitchState.Switched, _) => [Return(now), End(now)],
        (SwitchState.Ready, SwitchWish.Hold) => [Use(now), End(now)],
        (SwitchState.Ready, SwitchWish.WhenGood) when now.Comparison is { IsGood: false } => [Use(now), End(now)],
        (SwitchState.Ready, _) => [Wait, End(now)],
        (_, SwitchWish.Hold) => [ChangeOver, End(now)],
        _ => [Wait, End(now)],
    };

    private static SwitchAction ChangeOver { get; } = new(SwitchWish.WhenGood, "Change over when it is no worse", "It does not wait for you when all is embedded and measured.");

    private static SwitchAction Wait { get; } = new(SwitchWish.Hold, "Wait for me", "It does not change over before you decide.");

    private static SwitchAction Use(ModelSwitch now)
        => new(SwitchWish.Switch, "Use the new model", $"Searches use '{now.To.Model}', {When(now)}. The old embeddings are kept for the way back.");

    private static SwitchAction Return(ModelSwitch now)
        => new(SwitchWish.Return, "Go back to the old model", $"Searches use '{now.From.Model}' again, {When(now)}. The new embeddings are kept, too.");

    private static SwitchAction End(ModelSwitch now) => now.State == SwitchState.Switched
        ? new(SwitchWish.Remove, "Remove the old embeddings", $"Searches stay with '{now.To.Model}'. After it there is no way back but another switch.", IsFinal: true)
        : new(SwitchWish.Remove, "Give up", $"Searches stay with '{now.From.Model}'. What was embedded with '{now.To.Model}' is removed.", IsFinal: true);

    private static string When(ModelSwitch now) => now.Progress.IsComplete ? "from one moment to the next" : "as soon as no document lacks its embeddings";
}
