using System.Globalization;
using System.Text;

namespace Synapse.Server.Hosting;

/// <summary>Writes an entry as a line for people; control characters are escaped, so that a file name cannot forge an entry.</summary>
internal static class TextLogLine
{
    public static string Write(in LogEntry entry)
    {
        var line = new StringBuilder();
        line.Append(entry.Time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        line.Append(' ').Append(entry.Word);
        if (entry.RequestId is { } request)
        {
            line.Append(" [").Append(request).Append(']');
        }

        line.Append(' ').Append(entry.Category).Append(": ");
        AppendEscaped(line, entry.Message);
        if (entry.Exception is not null)
        {
            AppendEscaped(line.Append(" | "), entry.Exception.ToString());
        }

        return line.ToString();
    }

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
