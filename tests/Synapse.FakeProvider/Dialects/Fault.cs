namespace Synapse.Fakes.Dialects;

/// <summary>A failure to be told.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Subject">The name or the number that it is about; empty when there is none.</param>
/// <param name="Limit">The limit that was passed; 0 when there is none.</param>
internal sealed record Fault(FaultKind Kind, string Subject = "", int Limit = 0)
{
    /// <summary>The kind of the request that failed.</summary>
    public RequestKind Request { get; init; } = RequestKind.Chat;

    /// <summary>The size that passed the limit.</summary>
    public int Given { get; init; }

    /// <summary>Which of several known forms to take; empty for the usual one.</summary>
    public string Form { get; init; } = "";
}
