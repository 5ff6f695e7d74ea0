namespace Synapse.Retrieval.Ranking;

/// <summary>The constants of the ranking rules; a score of the fusion is 0 to 1.</summary>
internal sealed record RankingWeights
{
    /// <summary>Added for a definition of the asked symbol, when the query is nothing but names.</summary>
    public double Definition { get; init; } = 1.5;

    /// <summary>Added for a definition of a name inside of a question.</summary>
    public double DefinitionInProse { get; init; } = 0.08;

    /// <summary>Added, times the matched share, when the words of a definition's name are words of the query.</summary>
    public double DefinitionName { get; init; } = 0.12;

    /// <summary>Added, times the matched share, when the words of the file name are words of the query.</summary>
    public double FileName { get; init; } = 0.8;

    /// <summary>Added, times the matched share, when the words of the folders are words of the query.</summary>
    public double Folder { get; init; } = 0.15;

    /// <summary>Added, times the matched share, when the words of the innermost heading are words of the query.</summary>
    public double Heading { get; init; } = 0.15;

    /// <summary>Added, times the strength of the others, when several chunks of one file are good.</summary>
    public double FileSupport { get; init; } = 0.2;

    /// <summary>What is left to each further chunk of a file.</summary>
    public double FurtherChunk { get; init; } = 0.6;

    /// <summary>What is left to tests.</summary>
    public double Test { get; init; } = 0.35;

    /// <summary>What is left to examples.</summary>
    public double Example { get; init; } = 0.4;

    /// <summary>What is left to generated files.</summary>
    public double Generated { get; init; } = 0.4;

    /// <summary>What is left to vendored files.</summary>
    public double Vendored { get; init; } = 0.4;

    /// <summary>What is left to code for old callers.</summary>
    public double Legacy { get; init; } = 0.4;

    /// <summary>What is left to files of declarations without bodies.</summary>
    public double DeclarationFile { get; init; } = 0.7;

    /// <summary>What is left to files that only pass on what others define.</summary>
    public double Barrel { get; init; } = 0.6;

    /// <summary>What is left to inner workings.</summary>
    public double Internal { get; init; } = 0.9;

    /// <summary>What is left to texts among code.</summary>
    public double Documentation { get; init; } = 0.75;

    /// <summary>What is left to benchmarks.</summary>
    public double Benchmark { get; init; } = 0.5;
}
