using System.Text;
using System.Text.Json.Serialization;

namespace Synapse.Fakes;

/// <summary>One request as it arrived, and what became of it.</summary>
public sealed class RecordedRequest
{
    internal RecordedRequest(int number, long connection, Wire.RawRequest raw, DateTimeOffset receivedAt)
    {
        Number = number;
        Connection = connection;
        Method = raw.Method;
        var parts = raw.Target.Split('?', 2);
        Path = Uri.UnescapeDataString(parts[0]);
        QueryString = parts.Length > 1 ? parts[1] : "";
        Headers = raw.Headers;
        Body = raw.Body;
        ReceivedAt = receivedAt;
    }

    /// <summary>Counts from 1 in the order of arrival.</summary>
    public int Number { get; }

    /// <summary>The connection that it came over; counts from 1.</summary>
    public long Connection { get; }

    /// <summary>In capitals.</summary>
    public string Method { get; }

    /// <summary>Decoded, without the query.</summary>
    public string Path { get; }

    /// <summary>Still encoded, without the question mark.</summary>
    public string QueryString { get; }

    /// <summary>In the order of the wire.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Without its framing.</summary>
    [JsonIgnore]
    public byte[] Body { get; }

    /// <summary>The body read as UTF-8.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>When the last byte of the request was read.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>What it asked for.</summary>
    public RequestKind Kind { get; internal set; }

    /// <summary>The scenario that it met, with its parameters.</summary>
    public string Scenario { get; internal set; } = "";

    /// <summary>The status that was answered; 0 when none was.</summary>
    public int Status { get; internal set; }

    /// <summary>When the reply was over, in whichever way; null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; internal set; }

    /// <summary>When the client ended the connection before the reply was over; null when it did not.</summary>
    public DateTimeOffset? ClosedByClientAt { get; internal set; }

    /// <summary>Whether the client ended the connection before the reply was over.</summary>
    public bool ClosedByClient => ClosedByClientAt is not null;

    /// <summary>The value of a header, names without regard to case; null when it is missing.</summary>
    public string? Header(string name)
        => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The decoded value of a query parameter; null when it is missing.</summary>
    public string? Query(string name)
        => QueryString.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Where(pair => Uri.UnescapeDataString(pair[0]) == name)
            .Select(pair => pair.Length > 1 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : "")
            .FirstOrDefault();
}
