namespace Synapse.Retrieval.Ranking;

/// <summary>The rules in the order in which they are applied: what adds, then what takes a share away, then the view over whole files.</summary>
internal static class RankingRules
{
    /// <summary>Makes the rules.</summary>
    public static IReadOnlyList<IRankingRule> Create(RankingWeights weights) =>
    [
        new DefinitionRule(weights),
        new DefinitionNameRule(weights),
        new FileNameRule(weights),
        new FolderRule(weights),
        new HeadingRule(weights),
        new FileSupportRule(weights),
        new TestPenalty(weights),
        new ExamplePenalty(weights),
        new VendoredPenalty(weights),
        new GeneratedPenalty(weights),
        new LegacyPenalty(weights),
        new DeclarationFilePenalty(weights),
        new BarrelPenalty(weights),
        new BenchmarkPenalty(weights),
        new InternalPenalty(weights),
        new DocumentationPenalty(weights),
        new FurtherChunkRule(weights),
    ];
}
