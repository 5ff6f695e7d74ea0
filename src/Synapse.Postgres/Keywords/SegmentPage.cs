namespace Synapse.Postgres.Keywords;

/// <summary>A row of <c>segment_pages</c>: some terms with their postings, in the order of their hashes.</summary>
/// <param name="FirstHash">The first hash of the page, as <see cref="PageHash"/> orders it.</param>
/// <param name="Part">0, or the number of a further part of a page too long for one row.</param>
/// <param name="Bytes">The bytes.</param>
internal readonly record struct SegmentPage(long FirstHash, int Part, byte[] Bytes);

/// <summary>Hashes as PostgreSQL orders them: its integers have a sign.</summary>
internal static class PageHash
{
    /// <summary>The signed number that has the place of a hash.</summary>
    public static long ToSigned(ulong hash) => (long)(hash ^ (1UL << 63));
}
