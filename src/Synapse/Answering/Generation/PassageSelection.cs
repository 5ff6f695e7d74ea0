using Synapse.Chat;
using Synapse.Retrieval;

namespace Synapse.Answering.Generation;

/// <summary>Which passages a model is given, and which its context has no room for.</summary>
/// <param name="Passages">In the order of the prompt: best first.</param>
/// <param name="LeftOut">Best first.</param>
internal sealed record PassageSelection(IReadOnlyList<Passage> Passages, IReadOnlyList<LeftOutPassage> LeftOut)
{
    /// <summary>How many hits the passages hold.</summary>
    public int HitCount => Passages.Sum(passage => passage.Hits.Count);

    /// <summary>Takes whole passages, best first, while they fit; one that does not is passed over for a smaller one.</summary>
    /// <param name="hits">Best first.</param>
    /// <param name="maxTokens">Tokens that all passages may take together.</param>
    /// <param name="tokens">Counts them.</param>
    /// <param name="overhead">Text around each passage in the prompt, for its length.</param>
    public static PassageSelection Choose(IReadOnlyList<Hit> hits, int maxTokens, ITokenCounter tokens, Func<Hit, string> overhead)
    {
        var taken = new List<Hit>();
        var leftOut = new List<LeftOutPassage>();
        var left = maxTokens;
        foreach (var hit in hits)
        {
            // Joined passages share their frame, so counting one for each hit over-estimates.
            var count = tokens.Count(SpecialTokens.Defuse(hit.Text)) + tokens.Count(overhead(hit));
            if (count <= left)
            {
                left -= count;
                taken.Add(hit);
            }
            else
            {
                leftOut.Add(new LeftOutPassage(hit.Chunk.DocumentId, hit.Chunk.Path, hit.Chunk.Chunk.StartLine, hit.Chunk.Chunk.EndLine));
            }
        }

        return new PassageSelection(Join(taken), leftOut);
    }

    // Chunks of a document cover it without a gap, so neighbours are one text.
    private static List<Passage> Join(List<Hit> hits)
    {
        var groups = new List<List<Hit>>();
        foreach (var hit in hits)
        {
            var neighbours = groups.FindAll(group => group.Exists(other => AreNeighbours(other, hit)));
            if (neighbours.Count == 0)
            {
                groups.Add([hit]);
                continue;
            }

            neighbours[0].Add(hit);
            foreach (var further in neighbours.Skip(1))
            {
                neighbours[0].AddRange(further);
                groups.Remove(further);
            }
        }

        return [.. groups.Select((group, index) => new Passage(index + 1, [.. group.OrderBy(hit => hit.Chunk.Chunk.Ordinal)]))];
    }

    private static bool AreNeighbours(Hit left, Hit right)
        => left.Chunk.DocumentId == right.Chunk.DocumentId
            && left.Chunk.Chunk.Kind == right.Chunk.Chunk.Kind
            && (left.Chunk.Chunk.EndOffset == right.Chunk.Chunk.StartOffset || right.Chunk.Chunk.EndOffset == left.Chunk.Chunk.StartOffset);
}
