using System.Net;

namespace Synapse.Fakes;

/// <summary>How a <see cref="FakeProvider"/> starts.</summary>
public sealed class FakeProviderOptions
{
    /// <summary>Whose manners it has; one of <see cref="FakeProvider.Dialects"/>.</summary>
    public string Dialect { get; set; } = "openai";

    /// <summary>What happens to requests, as <c>id?parameter=value&amp;parameter=value</c>.</summary>
    public string Scenario { get; set; } = "ok-stream";

    /// <summary>The address of the loopback interface to listen on: another than the usual one can be given to the loopback interface of a network namespace.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>Further names that its certificate is for.</summary>
    public IList<string> HostNames { get; } = [];

    /// <summary>The port of the loopback interface; 0 picks a free one.</summary>
    public int Port { get; set; }

    /// <summary>The port of the control interface; 0 picks a free one.</summary>
    public int ControlPort { get; set; }

    /// <summary>The key that requests must carry; without one, keys are not looked at.</summary>
    public string? Key { get; set; }

    /// <summary>Serves TLS with a certificate of <see cref="FakeProvider.TrustedRoot"/>.</summary>
    public bool Https { get; set; }

    /// <summary>Fixes what looks random: ids and padding.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>The models that it has; unknown names fail as the dialect does it. Empty takes any name.</summary>
    public IList<string> Models { get; } = [];

    /// <summary>The window of the chat model, in tokens of about four characters; longer prompts meet the overflow of the dialect.</summary>
    public int ContextTokens { get; set; } = 131_072;

    /// <summary>The longest input to embed, in tokens of about four characters.</summary>
    public int EmbeddingTokens { get; set; } = 8_192;

    /// <summary>The length of embeddings; null takes it from the name of the model.</summary>
    public int? EmbeddingDimensions { get; set; }

    /// <summary>Requests for answers and embeddings that it takes per minute; null takes any number, and headers tell made-up limits.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Tokens of such requests that it takes per minute.</summary>
    public int? TokensPerMinute { get; set; }

    /// <summary>Whether its limits are there again all at once when a minute is over, instead of little by little.</summary>
    public bool CountsWholeMinutes { get; set; }

    /// <summary>Who issues the tokens that the Azure dialects accept; null accepts tokens of an issuer of its own.</summary>
    public FakeEntra? Entra { get; set; }

    /// <summary>The longest time that any one reply may take; endless scenarios end then.</summary>
    public TimeSpan LongestReply { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The clock of time stamps, delays and tokens.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
