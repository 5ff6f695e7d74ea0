using System.Text;
using System.Text.Json.Nodes;

namespace Synapse.Fakes.Streams;

/// <summary>What an event of a stream is about.</summary>
internal enum EventRole
{
    Start,
    Text,
    Finish,
    Usage,
    Error,
    Done,
    Other,
}

/// <summary>One event of a stream, before it is framed.</summary>
/// <param name="Role">What it is about, for scenarios that look for it.</param>
/// <param name="Data">The payload, in UTF-8 unless a scenario broke it.</param>
/// <param name="Name">The value of the <c>event:</c> line; null for none.</param>
internal sealed record StreamEvent(EventRole Role, byte[] Data, string? Name = null)
{
    /// <summary>How long to wait before it.</summary>
    public TimeSpan Delay { get; init; }

    public string Text => Encoding.UTF8.GetString(Data);

    public static StreamEvent Of(EventRole role, JsonNode data, string? name = null) => new(role, JsonText.Bytes(data), name);

    public static StreamEvent Of(EventRole role, string data, string? name = null) => new(role, Encoding.UTF8.GetBytes(data), name);

    public StreamEvent WithText(string text) => this with { Data = Encoding.UTF8.GetBytes(text) };
}
