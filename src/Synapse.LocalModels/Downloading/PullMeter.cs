namespace Synapse.LocalModels.Downloading;

/// <summary>Counts what came, and says so now and then.</summary>
internal sealed class PullMeter(long total, TimeProvider time, Action<PullEvent> tell)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);
    private readonly long _started = time.GetTimestamp();
    private long _told;
    private long _kept;

    /// <summary>Bytes that came over the network, those of attempts that were thrown away included.</summary>
    public long Received { get; private set; }

    /// <summary>Bytes of files that are here.</summary>
    public long Done { get; private set; }

    /// <summary>Notes bytes that were here before.</summary>
    public void Keep(string file, long bytes)
    {
        _kept += bytes;
        Done += bytes;
        Tell(file);
    }

    /// <summary>Notes bytes that came.</summary>
    public void Receive(string file, int bytes)
    {
        Received += bytes;
        Done += bytes;
        if (time.GetElapsedTime(_told) >= s_interval)
        {
            Tell(file);
        }
    }

    /// <summary>Takes back what was thrown away.</summary>
    public void Discard(string file, long bytes)
    {
        Done -= bytes;
        _kept = Math.Min(_kept, Done);
        Tell(file);
    }

    /// <summary>Says how far it is.</summary>
    public void Tell(string file)
    {
        _told = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_started).TotalSeconds;
        double? rate = Received > 0 && seconds > 0 ? Received / seconds : null;
        TimeSpan? remaining = rate is { } bytes ? TimeSpan.FromSeconds(Math.Min((total - Done) / bytes, TimeSpan.FromDays(365).TotalSeconds)) : null;
        tell(new PullProgress(file, Done, total, _kept, rate, remaining));
    }
}
