using Synapse.Retrieval.Ranking;
using Synapse.Storage;

namespace Synapse.Retrieval;

/// <summary>Tells where candidates lie.</summary>
internal static class CandidateDescriber
{
    /// <summary>Fills in place and file of every candidate; candidates of one document share the traits of its file.</summary>
    public static async ValueTask DescribeAsync(ISearchSnapshot snapshot, List<Candidate> candidates, CancellationToken cancellationToken)
    {
        var stored = await snapshot.DescribeAsync(KeysOf(candidates), cancellationToken);
        var files = new Dictionary<long, FileTraits>();
        for (var i = 0; i < candidates.Count; i++)
        {
            candidates[i].Stored = stored[i];
            if (!files.TryGetValue(stored[i].DocumentId, out var traits))
            {
                traits = FileTraits.Of(stored[i].Path);
                files.Add(stored[i].DocumentId, traits);
            }

            candidates[i].File = traits;
        }
    }

    /// <summary>The keys of candidates, in their order.</summary>
    public static ChunkKey[] KeysOf(List<Candidate> candidates)
    {
        var keys = new ChunkKey[candidates.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = candidates[i].Key;
        }

        return keys;
    }
}
