namespace Synapse.Retrieval.Ranking;

/// <summary>Moves the best chunk of a file up when other chunks of the file are good too: a file that is about the question has it in several places.</summary>
internal sealed class FileSupportRule(RankingWeights weights) : IRankingRule
{
    /// <inheritdoc/>
    public string Name => "fileSupport";

    /// <inheritdoc/>
    public void Apply(RankingContext context)
    {
        var files = new Dictionary<long, (Candidate Best, double Sum)>();
        var highest = 0.0;
        foreach (var candidate in context.Candidates)
        {
            var key = candidate.Stored.DocumentId;
            var (best, sum) = files.TryGetValue(key, out var known) ? known : (candidate, 0);
            files[key] = (candidate.Score > best.Score ? candidate : best, sum + candidate.Score);
            highest = Math.Max(highest, sum + candidate.Score);
        }

        if (highest <= 0)
        {
            return;
        }

        foreach (var (best, sum) in files.Values)
        {
            best.Add(Name, weights.FileSupport * sum / highest);
        }
    }
}
