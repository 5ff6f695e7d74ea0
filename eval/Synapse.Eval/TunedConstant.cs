using Synapse.Retrieval;
using Synapse.Retrieval.Ranking;

namespace Synapse.Eval;

/// <summary>A constant of search that the tuner may change.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsShare">Whether it is a share, 0 to 1.</param>
/// <param name="Read">Its value in a plan.</param>
/// <param name="With">A plan with another value.</param>
internal sealed record TunedConstant(string Name, bool IsShare, Func<SearchPlan, double> Read, Func<SearchPlan, double, SearchPlan> With)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<TunedConstant> All { get; } =
    [
        new("vector, prose", true, plan => plan.Fusion.Prose, (plan, value) => plan with { Fusion = plan.Fusion with { Prose = value } }),
        new("vector, with names", true, plan => plan.Fusion.ProseWithNames, (plan, value) => plan with { Fusion = plan.Fusion with { ProseWithNames = value } }),
        new("vector, symbol", true, plan => plan.Fusion.Symbol, (plan, value) => plan with { Fusion = plan.Fusion with { Symbol = value } }),
        new("vector, code", true, plan => plan.Fusion.Code, (plan, value) => plan with { Fusion = plan.Fusion with { Code = value } }),
        OfRanking("definition", weights => weights.Definition, (weights, value) => weights with { Definition = value }, false),
        OfRanking("definition in prose", weights => weights.DefinitionInProse, (weights, value) => weights with { DefinitionInProse = value }, false),
        OfRanking("definition name", weights => weights.DefinitionName, (weights, value) => weights with { DefinitionName = value }, false),
        OfRanking("file name", weights => weights.FileName, (weights, value) => weights with { FileName = value }, false),
        OfRanking("folder", weights => weights.Folder, (weights, value) => weights with { Folder = value }, false),
        OfRanking("heading", weights => weights.Heading, (weights, value) => weights with { Heading = value }, false),
        OfRanking("file support", weights => weights.FileSupport, (weights, value) => weights with { FileSupport = value }, false),
        OfRanking("further chunk", weights => weights.FurtherChunk, (weights, value) => weights with { FurtherChunk = value }),
        OfRanking("test", weights => weights.Test, (weights, value) => weights with { Test = value }),
        OfRanking("example", weights => weights.Example, (weights, value) => weights with { Example = value }),
        OfRanking("generated", weights => weights.Generated, (weights, value) => weights with { Generated = value }),
        OfRanking("vendored", weights => weights.Vendored, (weights, value) => weights with { Vendored = value }),
        OfRanking("legacy", weights => weights.Legacy, (weights, value) => weights with { Legacy = value }),
        OfRanking("declaration file", weights => weights.DeclarationFile, (weights, value) => weights with { DeclarationFile = value }),
        OfRanking("barrel", weights => weights.Barrel, (weights, value) => weights with { Barrel = value }),
        OfRanking("internal", weights => weights.Internal, (weights, value) => weights with { Internal = value }),
        OfRanking("documentation", weights => weights.Documentation, (weights, value) => weights with { Documentation = value }),
        OfRanking("benchmark", weights => weights.Benchmark, (weights, value) => weights with { Benchmark = value }),
    ];

    private static TunedConstant OfRanking(string name, Func<RankingWeights, double> read, Func<RankingWeights, double, RankingWeights> with, bool isShare = true)
        => new(name, isShare, plan => read(plan.Ranking), (plan, value) => plan with { Ranking = with(plan.Ranking, value) });
}
