using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Moves files of one kind down, unless the query asks for that kind.</summary>
/// <param name="topic">The kind, as a query asks for it.</param>
/// <param name="keptShare">What is left of the score, 0 to 1.</param>
internal abstract class FileKindPenalty(QueryTopics topic, double keptShare) : IRankingRule
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>Whether a file is of the kind.</summary>
    public abstract bool Covers(FileTraits file);

    /// <summary>Whether a candidate is of a file of the kind.</summary>
    protected virtual bool Covers(Candidate candidate) => Covers(candidate.File);

    /// <inheritdoc/>
    public virtual void Apply(RankingContext context)
    {
        if (context.Intent.Topics.HasFlag(topic))
        {
            return;
        }

        foreach (var candidate in context.Candidates)
        {
            if (Covers(candidate))
            {
                candidate.Damp(Name, keptShare);
            }
        }
    }
}
