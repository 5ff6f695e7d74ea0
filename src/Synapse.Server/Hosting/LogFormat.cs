namespace Synapse.Server.Hosting;

/// <summary>How entries of the log are written to the standard error stream.</summary>
public enum LogFormat
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A JSON object per line, for what gathers logs.</summary>
    Json,
}
