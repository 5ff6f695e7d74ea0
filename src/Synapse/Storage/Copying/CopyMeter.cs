namespace Synapse.Storage.Copying;

/// <summary>Counts what a phase of a copy has done, and foretells its end.</summary>
internal sealed class CopyMeter(CopyPhase phase, long documents, long chunks, TimeProvider time, Action<CopyProgress> report)
{
    // Before, the speed is a guess.
    private static readonly TimeSpan s_known = TimeSpan.FromSeconds(2);

    private readonly long _started = time.GetTimestamp();
    private long _documentsDone;
    private long _chunksDone;
    private long _chunksWorkedOn;

    /// <summary>Notes documents that are done.</summary>
    /// <param name="documentsDone">How many.</param>
    /// <param name="chunksDone">Their chunks.</param>
    /// <param name="worked">Whether it took work: what an earlier run had copied says nothing of the speed.</param>
    public void Add(int documentsDone, long chunksDone, bool worked = true)
    {
        _documentsDone += documentsDone;
        _chunksDone += chunksDone;
        _chunksWorkedOn += worked ? chunksDone : 0;
        report(new CopyProgress(phase, _documentsDone, documents, _chunksDone, chunks, Foretell()));
    }

    private TimeSpan? Foretell()
    {
        var elapsed = time.GetElapsedTime(_started);
        return elapsed < s_known || _chunksWorkedOn == 0 ? null : elapsed * ((double)Math.Max(chunks - _chunksDone, 0) / _chunksWorkedOn);
    }
}
