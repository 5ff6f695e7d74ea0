using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Synapse.EmbeddingServer.Hosting;

/// <summary>One line per entry; control characters are escaped, so that no name can forge an entry.</summary>
/// <param name="timeProvider">Gives the time of an entry.</param>
internal sealed class LineFormatter(TimeProvider timeProvider) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(timeProvider.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z' ", CultureInfo.InvariantCulture));
        textWriter.Write(Word(logEntry.LogLevel));
        textWriter.Write(": ");
        textWriter.Write(Escape(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        if (logEntry.Exception is { } error)
        {
            textWriter.Write(" | ");
            textWriter.Write(Escape(error.ToString()));
        }

        textWriter.Write('\n');
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

    private static string Escape(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var unit in text.ReplaceLineEndings("\n"))
        {
            _ = unit == '\n' ? line.Append(" | ") : char.IsControl(unit) ? line.Append(CultureInfo.InvariantCulture, $"\\x{(int)unit:x2}") : line.Append(unit);
        }

        return line.ToString();
    }
}
