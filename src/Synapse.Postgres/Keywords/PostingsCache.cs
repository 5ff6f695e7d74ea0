using Microsoft.Extensions.Caching.Memory;

namespace Synapse.Postgres.Keywords;

/// <summary>The terms of segments that were read lately. Segments never change, so what it holds is right as long as it is asked for.</summary>
/// <param name="bytes">Most bytes to keep, about.</param>
internal sealed class PostingsCache(long bytes) : IDisposable
{
    // What an entry costs besides its postings.
    private const int EntryBytes = 300;

    private static readonly TermPostings s_absent = new(default, []);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = bytes, CompactionPercentage = 0.1 });

    /// <summary>Looks a term up.</summary>
    /// <param name="segmentId">The segment.</param>
    /// <param name="term">The term.</param>
    /// <param name="postings">Receives the postings; null when the segment is known not to have the term.</param>
    /// <returns>Whether it is known.</returns>
    public bool TryFind(long segmentId, string term, out TermPostings? postings)
    {
        var isKnown = _cache.TryGetValue(new Key(segmentId, term), out TermPostings? found);
        postings = ReferenceEquals(found, s_absent) ? null : found;
        return isKnown;
    }

    /// <summary>Keeps what was read.</summary>
    public void Add(long segmentId, string term, TermPostings? postings)
        => _cache.Set(new Key(segmentId, term), postings ?? s_absent, new MemoryCacheEntryOptions { Size = EntryBytes + (postings?.Postings.Length ?? 0) });

    public void Dispose() => _cache.Dispose();

    private sealed record Key(long SegmentId, string Term);
}
