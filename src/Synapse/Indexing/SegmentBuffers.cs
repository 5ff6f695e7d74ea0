using System.Buffers;

namespace Synapse.Indexing;

/// <summary>Arrays that segments are built in, rented for the time of building.</summary>
/// <remarks>Not the shared pool: it keeps some for every thread that ever built one, and these are large.</remarks>
internal static class SegmentBuffers<T>
    where T : unmanaged
{
    private const int MostElements = 1 << 22;
    private const int MostOfASize = 8;

    /// <summary>The pool; longer arrays than it keeps are made and let go.</summary>
    public static ArrayPool<T> Pool { get; } = ArrayPool<T>.Create(MostElements, MostOfASize);
}
