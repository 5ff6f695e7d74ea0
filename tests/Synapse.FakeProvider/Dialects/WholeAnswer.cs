namespace Synapse.Fakes.Dialects;

/// <summary>The steps of an answer put together, for replies that are not streamed.</summary>
internal sealed record WholeAnswer(string Text, string Reasoning, IReadOnlyList<ChatStep.Tool> Tools, string? Finish)
{
    public static WholeAnswer Of(IReadOnlyList<ChatStep> script) => new(
        string.Concat(script.OfType<ChatStep.Text>().Select(step => step.Value)),
        string.Concat(script.OfType<ChatStep.Reasoning>().Select(step => step.Value)),
        [
            .. script.OfType<ChatStep.Tool>()
                .GroupBy(step => step.Index)
                .Select(steps => new ChatStep.Tool(steps.Key, steps.First().Id, steps.First().Name, string.Concat(steps.Select(step => step.Arguments)))),
        ],
        script.OfType<ChatStep.Finish>().FirstOrDefault()?.Reason);
}
