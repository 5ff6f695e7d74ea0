using Synapse.Answering;
using Synapse.Contracts;
using Synapse.Retrieval;

namespace Synapse.Server.Wire;

/// <summary>Writes hits and citations in the words of the contract.</summary>
internal static class HitMapping
{
    public static async ValueTask<IReadOnlyList<HitResponse>> ToResponseAsync(
        this IReadOnlyList<Hit> hits, CollectionLookup collections, CancellationToken cancellationToken)
    {
        var responses = new HitResponse[hits.Count];
        for (var i = 0; i < responses.Length; i++)
        {
            var hit = hits[i];
            var span = hit.Chunk.Chunk;
            responses[i] = new HitResponse(
                await collections.NameOfAsync(hit.Chunk.CollectionId, cancellationToken),
                hit.Chunk.SourceId,
                hit.Chunk.DocumentId,
                hit.Chunk.Path,
                hit.Chunk.Language,
                span.StartLine,
                span.EndLine,
                span.Heading,
                span.Symbol,
                hit.Score,
                hit.Bm25Score,
                hit.CosineSimilarity,
                hit.Text,
                Explain(hit.Explanation));
        }

        return responses;
    }

    public static async ValueTask<CitationResponse> ToResponseAsync(this Citation citation, CollectionLookup collections, CancellationToken cancellationToken)
        => new(
            citation.Number,
            await collections.NameOfAsync(citation.CollectionId, cancellationToken),
            citation.SourceId,
            citation.DocumentId,
            citation.Path,
            citation.StartLine,
            citation.EndLine,
            citation.StartOffset,
            citation.EndOffset,
            citation.Quote,
            citation.Verified);

    public static async ValueTask<IReadOnlyList<NoteResponse>> ToResponseAsync(
        this IReadOnlyList<Degradation> degraded, CollectionLookup collections, CancellationToken cancellationToken)
    {
        var notes = new NoteResponse[degraded.Count];
        for (var i = 0; i < notes.Length; i++)
        {
            var names = new List<string>(degraded[i].CollectionIds.Count);
            foreach (var id in degraded[i].CollectionIds)
            {
                names.Add(await collections.NameOfAsync(id, cancellationToken));
            }

            notes[i] = new NoteResponse(degraded[i].Code, names, degraded[i].Describe(names));
        }

        return notes;
    }

    // A part may come more than once, such as two matching headings; their sum keeps the whole adding up.
    private static Dictionary<string, double> Explain(IReadOnlyList<ScorePart> parts)
    {
        var explain = new Dictionary<string, double>(parts.Count, StringComparer.Ordinal);
        foreach (var part in parts)
        {
            explain[part.Name] = explain.GetValueOrDefault(part.Name) + part.Value;
        }

        return explain;
    }
}
