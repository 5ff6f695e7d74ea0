namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>What a scenario must look like to a client that reads bytes.</summary>
/// <param name="Check">Fails when it does not.</param>
/// <param name="Parameters">Parameters that make it quick enough for a test.</param>
internal sealed record Expectation(Func<Seen, Task> Check, string Parameters = "")
{
    public Expectation(Action<Seen> check, string parameters = "")
        : this(
            seen =>
            {
                check(seen);
                return Task.CompletedTask;
            },
            parameters)
    {
    }

    /// <summary>How long a silence counts as one, once something came.</summary>
    public int SilenceMs { get; init; } = 10_000;

    /// <summary>How long to wait for the first byte.</summary>
    public int FirstByteMs { get; init; } = 10_000;

    /// <summary>The most bytes to read.</summary>
    public int Limit { get; init; } = 4 << 20;

    /// <summary>The only dialects to look at, for scenarios that take time and are alike in all; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];
}
