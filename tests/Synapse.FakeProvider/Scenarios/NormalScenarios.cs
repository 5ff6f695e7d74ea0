namespace Synapse.Fakes.Scenarios;

/// <summary>What healthy servers do, in all its variety.</summary>
internal static class NormalScenarios
{
    private const string Group = "Normal";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("ok-stream", Group, "Answers as asked; streams when asked to."),
        new("ok-json", Group, "Answers as asked; JSON unless a stream is asked for."),
    ];
}
