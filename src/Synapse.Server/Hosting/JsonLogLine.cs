using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Synapse.Server.Hosting;

/// <summary>Writes an entry as a JSON object on one line. docs/monitoring.md lists its members.</summary>
internal static class JsonLogLine
{
    private const string Template = "{OriginalFormat}";

    /// <summary>Writes an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="values">The values in its message, by name; null for none.</param>
    public static string Write(in LogEntry entry, IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", entry.Word);
            json.WriteString("category", entry.Category);
            WriteIfAny(json, "event", entry.Event);
            json.WriteString("message", entry.Message);
            WriteIfAny(json, "request_id", entry.RequestId);
            WriteIfAny(json, "span_id", entry.SpanId);
            WriteValues(json, values);
            if (entry.Exception is { } exception)
            {
                json.WriteStartObject("exception");
                json.WriteString("type", exception.GetType().FullName);
                json.WriteString("message", exception.Message);
                json.WriteString("text", exception.ToString());
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteValues(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        if (values is null || values.All(static value => value.Key == Template))
        {
            return;
        }

        json.WriteStartObject("values");
        foreach (var (name, value) in values.Where(static value => value.Key != Template))
        {
            WriteValue(json, name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int or long or short or byte:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
