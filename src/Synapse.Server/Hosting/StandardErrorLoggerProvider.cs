namespace Synapse.Server.Hosting;

/// <summary>Logs to the standard error stream, one line per entry.</summary>
/// <param name="leastLevel">Entries below this level are dropped.</param>
/// <param name="timeProvider">Gives the time of an entry.</param>
/// <param name="format">How entries are written.</param>
internal sealed class StandardErrorLoggerProvider(LogLevel leastLevel, TimeProvider timeProvider, LogFormat format = LogFormat.Text) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, leastLevel, timeProvider, format);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, LogLevel leastLevel, TimeProvider timeProvider, LogFormat format) : ILogger
    {
        // Scopes are not written: the framework's own hold the path of the request, which names what people search in.
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= leastLevel && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var entry = new LogEntry(timeProvider.GetUtcNow(), logLevel, category, eventId.Name, formatter(state, exception), exception);
                Console.Error.WriteLine(format == LogFormat.Json ? JsonLogLine.Write(entry, state as IReadOnlyList<KeyValuePair<string, object?>>) : TextLogLine.Write(entry));
            }
        }
    }
}
