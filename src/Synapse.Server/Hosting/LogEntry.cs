using System.Diagnostics;

namespace Synapse.Server.Hosting;

/// <summary>An entry of the log.</summary>
/// <param name="Time">When.</param>
/// <param name="Level">How bad.</param>
/// <param name="Category">The class that logs.</param>
/// <param name="Event">Name of the event; null without one.</param>
/// <param name="Message">The words, with their values.</param>
/// <param name="Exception">What was thrown; null for nothing.</param>
internal readonly record struct LogEntry(DateTimeOffset Time, LogLevel Level, string Category, string? Event, string Message, Exception? Exception)
{
    /// <summary>The request, or other work, that the entry is about; null outside of any. It is the id of the trace as well.</summary>
    public string? RequestId { get; } = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : null;

    /// <summary>The step of it.</summary>
    public string? SpanId { get; } = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.SpanId.ToHexString() : null;

    /// <summary>The level as it is written.</summary>
    public string Word => Level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
