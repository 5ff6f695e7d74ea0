namespace Synapse.Indexing;

/// <summary>Takes the terms of a segment with their postings.</summary>
internal interface ITermSink
{
    /// <summary>Takes the next term, in the order of hashes, then texts.</summary>
    /// <param name="hash"><see cref="TermHash"/> of the term.</param>
    /// <param name="text">The term.</param>
    /// <param name="chunks">The chunks that contain it, ascending; not empty. Valid during the call.</param>
    /// <param name="frequencies">How often each does; at least 1. Valid during the call.</param>
    void Add(ulong hash, ReadOnlySpan<char> text, ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies);
}
