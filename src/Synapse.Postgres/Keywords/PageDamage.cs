using Synapse.Errors;
using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>What is told of bytes that are not as they were written.</summary>
internal static class PageDamage
{
    /// <summary>Compares a checksum.</summary>
    /// <exception cref="StoreCorruptException">The bytes are not as they were written.</exception>
    public static void Check(long segmentId, ReadOnlySpan<byte> bytes, int checksum)
    {
        if ((int)Checksum.Of(bytes) != checksum)
        {
            throw Of(segmentId, null);
        }
    }

    /// <summary>The error of a damaged segment.</summary>
    public static StoreCorruptException Of(long segmentId, Exception? innerException)
        => new("the database", $"segment {segmentId} of the keyword index is not as it was written", innerException);
}
