using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;
using Synapse.Storage;

namespace Synapse.Tests.TestSupport;

/// <summary>Candidates for tests of single rules: described, with a score of "start".</summary>
internal static class RankingFixture
{
    /// <summary>A candidate; candidates of one path are chunks of one document.</summary>
    public static Candidate Candidate(string path, double start, string[]? definitions = null, string? heading = null, int ordinal = 0)
    {
        var chunk = new Chunk(ordinal, 0, 1, 1, 1, definitions is null ? ChunkKind.Prose : ChunkKind.Code, heading, definitions?.FirstOrDefault(), definitions is { Length: > 0 })
        {
            Definitions = definitions ?? [],
        };
        var key = new ChunkKey(path.Length * 1_000 + ordinal);
        var candidate = new Candidate(key, 1, 0)
        {
            Stored = new StoredChunk(key, 1, 1, path.Sum(unit => (long)unit) * 100 + path.Length, path, "text", 1, chunk),
            File = FileTraits.Of(path),
        };
        candidate.Add("start", start);
        return candidate;
    }

    /// <summary>Applies a rule to candidates of a query whose words weigh the same.</summary>
    public static void Apply(IRankingRule rule, string query, params Candidate[] candidates)
    {
        var intent = IntentReader.Read(query);
        var words = new WeightedWords(intent.Words, [.. intent.Words.Select(_ => 1.0)]);
        rule.Apply(new RankingContext(intent, words, candidates));
    }

    /// <summary>The value of a part; 0 without it.</summary>
    public static double Part(this Candidate candidate, string name) => candidate.Parts.Where(part => part.Name == name).Sum(part => part.Value);
}
