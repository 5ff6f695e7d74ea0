using System.Globalization;

namespace Synapse.Postgres;

/// <summary>A server of a database.</summary>
/// <param name="Host">Its name or IP address, or the path of a Unix socket.</param>
/// <param name="Port">Its port, 1 to 65,535.</param>
public sealed record DatabaseServer(string Host, int Port)
{
    /// <summary>Whether it is reached over a Unix socket.</summary>
    public bool IsSocket => Host.StartsWith('/');

    /// <summary>Host and port, as a URL has them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    /// <summary>Reads what <see cref="ToString"/> writes, with or without a port.</summary>
    internal static DatabaseServer Read(string text, int defaultPort)
    {
        text = text.Trim();
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.LastIndexOf(':');
        return !text.StartsWith('[') && text.Count(':') > 1
            ? new DatabaseServer(text, defaultPort)
            : end >= 0 && end < text.Length && int.TryParse(text.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                ? new DatabaseServer(text[..end].Trim('[', ']'), port)
                : new DatabaseServer(text.Trim('[', ']'), defaultPort);
    }
}
