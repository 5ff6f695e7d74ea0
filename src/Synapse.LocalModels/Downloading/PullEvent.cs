using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Downloading;

/// <summary>What happens while a model is fetched.</summary>
public abstract record PullEvent;

/// <summary>How far it is.</summary>
/// <param name="File">The file that is on its way.</param>
/// <param name="BytesDone">Bytes of all files that are here.</param>
/// <param name="BytesTotal">Bytes of all files.</param>
/// <param name="BytesKept">Of those that are here, bytes that were here before this pull.</param>
/// <param name="BytesPerSecond">What comes per second; null as long as nothing came.</param>
/// <param name="Remaining">Time until the end at that rate; null as long as nothing came.</param>
public sealed record PullProgress(string File, long BytesDone, long BytesTotal, long BytesKept, double? BytesPerSecond, TimeSpan? Remaining) : PullEvent;

/// <summary>An attempt failed, and another follows.</summary>
/// <param name="Reason">Why it failed, as a sentence.</param>
/// <param name="RetryAfter">When the next attempt begins.</param>
public sealed record PullWaiting(string Reason, TimeSpan RetryAfter) : PullEvent;

/// <summary>The model is there; always last.</summary>
/// <param name="Model">The model.</param>
/// <param name="Changed">Whether anything of it was changed.</param>
/// <param name="BytesReceived">Bytes of files that came in this pull.</param>
public sealed record PullCompleted(InstalledModel Model, bool Changed, long BytesReceived) : PullEvent;
