namespace Synapse.StaticModel.Mining;

/// <summary>Writes pairs to one file, without repeats: a passage and query once, a query at most six times.</summary>
internal sealed class PairWriter(string path) : IDisposable
{
    private const int MaxRepeats = 6;

    private readonly BinaryWriter writer = new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20));
    private readonly HashSet<ulong> passages = [];
    private readonly Dictionary<ulong, byte> queries = [];

    public long[] Counts { get; } = new long[6];

    public void Add(int group, MinedPair pair)
    {
        var query = pair.Query.Length > 400 ? pair.Query[..400] : pair.Query;
        var passage = pair.Passage.Length > 1_600 ? pair.Passage[..1_600] : pair.Passage;
        if (query.Length < 2 || passage.Length < 15)
        {
            return;
        }

        var queryHash = Prose.Fnv(query);
        var count = queries.GetValueOrDefault(queryHash);
        if (count >= MaxRepeats || !passages.Add(Prose.Fnv(passage.AsSpan(0, Math.Min(passage.Length, 300))) ^ (queryHash * 31)))
        {
            return;
        }

        queries[queryHash] = (byte)(count + 1);
        writer.Write((byte)pair.Kind);
        writer.Write(group);
        writer.Write(query);
        writer.Write(passage);
        Counts[(int)pair.Kind]++;
    }

    public void Dispose() => writer.Dispose();
}
