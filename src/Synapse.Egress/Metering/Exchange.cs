using Synapse.Privacy;

namespace Synapse.Egress.Metering;

/// <summary>One request and its reply, counted while they pass. It ends once; what comes later is not counted.</summary>
internal sealed class Exchange(IEgressLedger ledger, EgressAttempt attempt, long entryId, TimeProvider time)
{
    /// <summary>The key of a request that could not be entered.</summary>
    public const long NotEntered = -1;

    private readonly long _started = time.GetTimestamp();
    private long _sent;
    private long _received;
    private int _ended;

    /// <summary>The HTTP status; null before the reply.</summary>
    public int? Status { get; set; }

    public void AddSent(long bytes) => Interlocked.Add(ref _sent, bytes);

    public void AddReceived(long bytes) => Interlocked.Add(ref _received, bytes);

    /// <summary>Writes the end into the ledger.</summary>
    public void End(EgressOutcome outcome, string? rule)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        // What a refused connection would have sent was never sent.
        var sent = outcome == EgressOutcome.Refused ? 0 : Interlocked.Read(ref _sent);
        var result = new EgressResult(outcome, Status, rule, sent, Interlocked.Read(ref _received), time.GetElapsedTime(_started));
        EgressTelemetry.Ended(attempt, result);
        if (entryId != NotEntered)
        {
            ledger.Complete(entryId, result);
        }
    }
}
