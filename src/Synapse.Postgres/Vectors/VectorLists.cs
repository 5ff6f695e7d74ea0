namespace Synapse.Postgres.Vectors;

/// <summary>Into how many lists the index of a collection (IVFFlat) is cut, and how many of them a search looks through.</summary>
internal static class VectorLists
{
    // The nearest ten chunks to a question of a few words lie in about so many, whether a collection is cut into a thousand lists or three thousand (decision 0016 has the figures).
    private const int LeastProbes = 300;

    // So many are compared soon enough anyway.
    private const double LeastCompared = 40_000;

    // With more lists a search compares less, and a row that is added is compared with more centres.
    private const double PerRoot = 3;
    private const int Most = 32_768;

    // Searches compare that many times more than with an index that fits.
    private const double OutgrownAtRest = 1.25;
    private const double OutgrownWhileLoading = 2;

    // What pgvector keeps in memory while it looks for the centres: of each list fifty rows as a sample, of each of those its distance to every centre, 4 bytes each.
    private const double SamplesPerList = 50;
    private const double BytesPerDistance = 4;
    private const double MemoryShare = 0.9;

    /// <summary>Lists for so many rows, as many as the memory for building them allows.</summary>
    /// <param name="rows">Rows of the collection.</param>
    /// <param name="rowBytes">Size of an embedding as the index holds it.</param>
    /// <param name="memoryMegabytes">The memory.</param>
    public static int For(long rows, int rowBytes, int memoryMegabytes)
    {
        // The larger root of the memory that so many lists take: a x lists^2 + b x lists.
        var a = (SamplesPerList + 1) * BytesPerDistance;
        var b = SamplesPerList * (rowBytes + 16) + 4 * rowBytes + 32;
        var affordable = (Math.Sqrt(b * b + 4 * a * MemoryShare * memoryMegabytes * 1024 * 1024) - b) / (2 * a);
        return (int)Math.Clamp(PerRoot * Math.Sqrt(rows), 1, Math.Min(Most, affordable));
    }

    /// <summary>How many lists of a collection a search looks through, those whose centres are nearest to the query first.</summary>
    /// <param name="rows">Rows of the collection.</param>
    public static int ProbesFor(long rows) => (int)Math.Max(LeastProbes, Math.Min(Most, PerRoot * LeastCompared / Math.Sqrt(rows)));

    /// <summary>Whether a collection has grown so far beyond its index that cutting it anew is worth it: by half, or four times as large while more is to come.</summary>
    /// <param name="lists">Lists that the index has.</param>
    /// <param name="wanted">Lists that it would get now.</param>
    /// <param name="isLoading">Whether the collection is being loaded.</param>
    public static bool IsOutgrown(int lists, int wanted, bool isLoading) => wanted >= lists * (isLoading ? OutgrownWhileLoading : OutgrownAtRest);
}
