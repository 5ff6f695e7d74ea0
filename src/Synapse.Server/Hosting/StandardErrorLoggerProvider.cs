using System.Globalization;
using System.Text;

namespace Synapse.Server.Hosting;

/// <summary>Logs to the standard error stream, one line per entry; control characters are escaped, so that a file name cannot forge an entry.</summary>
/// <param name="leastLevel">Entries below this level are dropped.</param>
/// <param name="timeProvider">Gives the time of an entry.</param>
internal sealed class StandardErrorLoggerProvider(LogLevel leastLevel, TimeProvider timeProvider) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, leastLevel, timeProvider);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, LogLevel leastLevel, TimeProvider timeProvider) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= leastLevel && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var line = new StringBuilder();
            line.Append(timeProvider.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            line.Append(' ').Append(Word(logLevel)).Append(' ').Append(category).Append(": ");
            AppendEscaped(line, formatter(state, exception));
            if (exception is not null)
            {
                AppendEscaped(line.Append(" | "), exception.ToString());
            }

            Console.Error.WriteLine(line.ToString());
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Trace => "trace",
            LogLevel.Debug => "debug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            LogLevel.Error => "error",
            _ => "critical",
        };

        private static void AppendEscaped(StringBuilder line, string text)
        {
            foreach (var unit in text)
            {
                if (unit == '\n')
                {
                    line.Append(" | ");
                }
                else if (unit != '\r')
                {
                    line.Append(char.IsControl(unit) ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)unit:x2}") : unit.ToString());
                }
            }
        }
    }
}
