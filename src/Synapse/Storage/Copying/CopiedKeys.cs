namespace Synapse.Storage.Copying;

/// <summary>What the keys of the source have become in the copy.</summary>
internal sealed class CopiedKeys
{
    private readonly Dictionary<long, long> _collections = [];
    private readonly Dictionary<long, long> _sources = [];

    /// <summary>Notes a collection.</summary>
    public void AddCollection(long from, long to) => _collections.Add(from, to);

    /// <summary>Notes a source.</summary>
    public void AddSource(long from, long to) => _sources.Add(from, to);

    /// <summary>The key of a collection in the copy.</summary>
    /// <remarks>The ledger remembers collections that are gone. Theirs is a key that no collection ever gets, so that nobody who may read a newer one sees what they sent.</remarks>
    public long Collection(long from) => Find(_collections, from);

    /// <summary>The key of a source in the copy.</summary>
    public long Source(long from) => Find(_sources, from);

    private static long Find(Dictionary<long, long> keys, long from) => keys.TryGetValue(from, out var to) ? to : -Math.Abs(from);
}
