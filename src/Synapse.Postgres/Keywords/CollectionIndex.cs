using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>The keyword index of a collection after a commit. Never changes.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="Version">The commit, counted by the collection.</param>
/// <param name="Segments">Its segments, oldest first.</param>
internal sealed record CollectionIndex(long CollectionId, long Version, IReadOnlyList<SegmentView> Segments)
{
    /// <summary>The index after a later commit.</summary>
    /// <param name="version">That commit.</param>
    /// <param name="headers">The segments after it, oldest first.</param>
    /// <param name="removed">Documents that are gone: those of commits after <see cref="Version"/> at least.</param>
    public CollectionIndex Advance(long version, IEnumerable<SegmentHeader> headers, IReadOnlyList<long> removed)
    {
        var known = Segments.ToDictionary(static view => view.Header.Id);
        var views = headers.Select(header => known.GetValueOrDefault(header.Id) ?? new SegmentView(header, null)).ToArray();
        var gone = new List<int>[views.Length];
        foreach (var documentId in removed)
        {
            for (var i = 0; i < views.Length; i++)
            {
                if (views[i].Header.Find(documentId) is >= 0 and var place)
                {
                    (gone[i] ??= []).Add(place);
                    break;
                }
            }
        }

        for (var i = 0; i < views.Length; i++)
        {
            if (gone[i] is { } places)
            {
                views[i] = views[i] with { Deletions = Deletions.Add(views[i].Deletions, views[i].Header, places) };
            }
        }

        return new CollectionIndex(CollectionId, version, views);
    }
}
