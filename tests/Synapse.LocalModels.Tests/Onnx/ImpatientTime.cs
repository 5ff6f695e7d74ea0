namespace Synapse.LocalModels.Tests.Onnx;

/// <summary>A clock whose timers fire at once, and are counted.</summary>
internal sealed class ImpatientTime : TimeProvider
{
    private int _waits;

    /// <summary>Timers so far.</summary>
    public int Waits => Volatile.Read(ref _waits);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref _waits);
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
