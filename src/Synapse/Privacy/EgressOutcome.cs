namespace Synapse.Privacy;

/// <summary>How a request ended.</summary>
public enum EgressOutcome
{
    /// <summary>It has not ended yet.</summary>
    Open,

    /// <summary>The reply came, whatever its status says.</summary>
    Completed,

    /// <summary>A rule refused it; nothing was sent.</summary>
    Refused,

    /// <summary>It failed on the way.</summary>
    Failed,

    /// <summary>Whoever asked did not want it any more.</summary>
    Cancelled,

    /// <summary>The process ended before the request did.</summary>
    Interrupted,
}
