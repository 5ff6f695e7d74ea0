namespace Synapse.Retrieval.Ranking;

/// <summary>One reason to move candidates up or down. A rule adds its parts to the candidates' scores under its own name.</summary>
internal interface IRankingRule
{
    /// <summary>Name of the part that the rule adds, in camel case.</summary>
    string Name { get; }

    /// <summary>Adds the rule's parts.</summary>
    void Apply(RankingContext context);
}
