using System.Net.Http.Headers;

namespace Synapse.Providers.Policy;

/// <summary>A request that was counted before it was sent, and learns from its reply.</summary>
internal sealed class PacedRequest(RequestPace pace, string model, long tokens, long number) : IDisposable
{
    private static readonly AsyncLocal<PacedRequest?> s_current = new();

    /// <summary>The request of the current asynchronous flow; null where none is counted. The headers of its reply are seen below any client library.</summary>
    public static PacedRequest? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>The model that is asked.</summary>
    public string Model => model;

    /// <summary>About how many tokens it takes.</summary>
    public long Tokens => tokens;

    /// <summary>Ascends in the order of sending.</summary>
    public long Number => number;

    /// <summary>Whether a reply came, whose numbers hold this request already.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Takes in the headers of its reply.</summary>
    public void Learn(HttpResponseHeaders headers) => pace.Learn(this, headers);

    /// <summary>The server refused it for its rate.</summary>
    /// <param name="wait">How long it asked to wait; null when it did not say.</param>
    public void Refused(TimeSpan? wait) => pace.Refused(this, wait);

    /// <summary>The server told how many tokens it took.</summary>
    public void Used(long count) => pace.Used(this, count);

    /// <inheritdoc/>
    public void Dispose() => pace.End(this);
}
