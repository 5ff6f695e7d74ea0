namespace Synapse.Retrieval.Fusion;

/// <summary>The constants of fusion; eval/README.md tells what they were tuned on.</summary>
internal sealed record FusionWeights
{
    /// <summary>Share of the vector side for a question whose candidates are prose: the words of the question are those of the answer.</summary>
    public double Prose { get; init; } = 0.18;

    /// <summary>Share of the vector side for a question whose candidates are code: code says things in other words than questions do.</summary>
    public double Code { get; init; } = 0.45;

    /// <summary>Share of the vector side when words surround names.</summary>
    public double ProseWithNames { get; init; } = 0.15;

    /// <summary>Share of the vector side for a query of nothing but names.</summary>
    public double Symbol { get; init; } = 0.05;
}
