using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Synapse.Fakes.Tests.TestSupport;

/// <summary>What came over a socket, read without any HTTP library.</summary>
internal sealed class RawReply
{
    private readonly int _bodyStart;

    public RawReply(byte[] bytes, RawEnd end)
    {
        Bytes = bytes;
        End = end;
        var headEnd = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        _bodyStart = headEnd < 0 ? bytes.Length : headEnd + 4;
        var lines = Encoding.Latin1.GetString(bytes, 0, headEnd < 0 ? bytes.Length : headEnd).Split("\r\n");
        HasWholeHead = headEnd >= 0;
        Status = lines[0].Split(' ') is [_, var code, ..] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0;
        Headers = [.. lines.Skip(1).Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2).Select(parts => (parts[0], parts[1].Trim()))];
        Body = Header("transfer-encoding") == "chunked" ? Dechunked(bytes.AsSpan(_bodyStart)) : bytes[_bodyStart..];
    }

    public byte[] Bytes { get; }

    public RawEnd End { get; }

    public bool HasWholeHead { get; }

    public int Status { get; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; }

    /// <summary>Without chunks, as far as it came.</summary>
    public byte[] Body { get; }

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonNode Json => JsonNode.Parse(Body)!;

    public string? Header(string name) => Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Whether the bytes so far are a whole reply.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> bytes)
    {
        var headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            return false;
        }

        var head = Encoding.Latin1.GetString(bytes[..headEnd]).ToLowerInvariant();
        if (head.Contains("transfer-encoding: chunked", StringComparison.Ordinal))
        {
            return bytes[headEnd..].EndsWith("0\r\n\r\n"u8);
        }

        var length = head.Split("\r\n").LastOrDefault(line => line.StartsWith("content-length:", StringComparison.Ordinal));
        return length is null
            ? head.Contains(" 204 ", StringComparison.Ordinal)
            : bytes.Length - headEnd - 4 >= long.Parse(length.Split(':')[1].Trim(), CultureInfo.InvariantCulture);
    }

    private static byte[] Dechunked(ReadOnlySpan<byte> bytes)
    {
        var body = new List<byte>();
        while (bytes.IndexOf("\r\n"u8) is var lineEnd and >= 0
            && int.TryParse(Encoding.ASCII.GetString(bytes[..lineEnd]), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size) && size > 0)
        {
            var chunk = bytes[(lineEnd + 2)..];
            body.AddRange(chunk[..Math.Min(size, chunk.Length)]);
            bytes = chunk[Math.Min(size + 2, chunk.Length)..];
        }

        return [.. body];
    }
}
