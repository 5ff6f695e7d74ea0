using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>What a client of one dialect saw of one scenario.</summary>
internal sealed record Seen(FakeProvider Fake, string Dialect, RequestKind Kind, RawReply Reply)
{
    public bool IsChat => Kind == RequestKind.Chat;

    public StreamReading Stream => StreamReading.Of(Reply);

    /// <summary>The dialects that end a stream with a mark of OpenAI's.</summary>
    public bool HasDoneMark => Dialect != "anthropic";

    /// <summary>Sends the request again.</summary>
    public Task<RawReply> AgainAsync() => RawClient.SendAsync(Fake, DialectRequest.Of(Kind, Dialect));
}
