using Synapse.Errors;

namespace Synapse.Providers.Wire;

/// <summary>What went wrong on the wire, classified, with what the policy needs to act on it.</summary>
/// <param name="Kind">The class.</param>
/// <param name="Summary">Status and code, without any text of the server: fit for logs.</param>
/// <param name="Detail">Status, code and text of the server, secrets taken out: for the operator only.</param>
internal sealed record WireFailure(ProviderFailure Kind, string Summary, string Detail)
{
    /// <summary>How long the server asked to wait; null when it did not say. Never negative.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The limit that the server named when a text was too long, in its tokens.</summary>
    public int? ServerTokens { get; init; }

    /// <summary>What the server counted when a prompt was too long, in its tokens.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>What the server calls itself in its headers; null when it does not.</summary>
    public string? Server { get; init; }

    /// <summary>The limit that the server named when a request held too many texts.</summary>
    public int? ServerBatchSize { get; init; }

    /// <summary>The parameter that the server does not take.</summary>
    public string? Parameter { get; init; }

    /// <summary>Whether the server is loading its model and will be ready by itself.</summary>
    public bool IsLoading { get; init; }

    /// <summary>Whether this one request was wrong, which says nothing about the next: the circuit breaker looks away.</summary>
    public bool IsOfRequest { get; init; }

    /// <summary>Whether the server said that asking again is useless.</summary>
    public bool NeverRetry { get; init; }

    /// <summary>Whether the server could not even be connected to.</summary>
    public bool IsUnreachable { get; init; }
}
