using System.Text;
using Synapse.Privacy;
using Synapse.Providers.Chat;
using Synapse.Providers.Configuration;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Tests.Wire;

public sealed class StreamReadingTests
{
    private const string Opening = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Größe \"}}]}";
    private const string Closing = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"😀\"},\"finish_reason\":\"stop\"}]}";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(4_096)]
    public async Task A_stream_reads_the_same_however_the_network_cuts_it(int chunk)
    {
        foreach (var end in new[] { "\n", "\r\n", "\r" })
        {
            var text = $"\uFEFF: hello{end}{end}{Opening}{end}{end}event: message{end}{Closing}{end}{end}data: [DONE] {end}{end}";

            Assert.Equal("Größe 😀", await ReadAsync(text, chunk));
        }
    }

    [Fact]
    public async Task An_event_without_its_blank_line_does_not_count()
    {
        var failure = await Assert.ThrowsAsync<WireException>(() => ReadAsync($"{Opening}\n\n{Closing}", 16));

        Assert.Equal(Synapse.Errors.ProviderFailure.Interrupted, failure.Failure.Kind);
    }

    [Theory]
    [InlineData("data: 7\n\n")]
    [InlineData("data: [1]\n\n")]
    [InlineData("data: {\n\n")]
    [InlineData("data: {\"choices\":[{\"index\":\"x\",\"delta\":{\"content\":\"\\ud800\"}}]}\n\n")]
    public async Task What_breaks_the_protocol_is_named_so_and_never_another_exception(string text)
        => Assert.Equal(Synapse.Errors.ProviderFailure.Protocol, (await Assert.ThrowsAsync<WireException>(() => ReadAsync(text, 16))).Failure.Kind);

    [Theory]
    [InlineData("data: {\"error\":\"text\"}\n\n")]
    [InlineData("data: {\"error\":{\"message\":\"m\",\"code\":500}}\n\ndata: [DONE]\n\n")]
    [InlineData("event: error\ndata: {\"message\":\"m\"}\n\n")]
    [InlineData("event: error\ndata: no json\n\n")]
    public async Task An_error_inside_a_stream_is_a_failure_whatever_follows(string text)
        => Assert.Equal(Synapse.Errors.ProviderFailure.Unavailable, (await Assert.ThrowsAsync<WireException>(() => ReadAsync($"{Opening}\n\n{text}", 16))).Failure.Kind);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void Thoughts_are_found_wherever_their_tags_are_cut(int piece)
    {
        Assert.Equal(("ab c", "answer <think> not"), Split(" <think>ab c</think>\n\nanswer <think> not", piece));
        Assert.Equal(("", "a < b, <thin air"), Split("a < b, <thin air", piece));
        Assert.Equal(("", "lost. found"), Split("lost.</think> found", piece));
        Assert.Equal(("never closed", ""), Split("<think>never closed", piece));
        Assert.Equal(("", "<thi"), Split("<thi", piece));
    }

    private static (string Thoughts, string Text) Split(string text, int piece)
    {
        var splitter = new ThoughtSplitter();
        var pieces = new List<StreamPiece>();
        for (var at = 0; at < text.Length; at += piece)
        {
            splitter.Accept(text.Substring(at, Math.Min(piece, text.Length - at)), pieces);
        }

        splitter.Complete(pieces);
        return (string.Concat(pieces.Where(item => item.IsReasoning).Select(item => item.Text)), string.Concat(pieces.Where(item => !item.IsReasoning).Select(item => item.Text)));
    }

    private static async Task<string> ReadAsync(string text, int chunk)
    {
        var time = new PollingTime();
        var classifier = new FailureClassifier(new() { Name = "p", Kind = ProviderKind.OpenAI, Endpoint = new("http://127.0.0.1:1"), Reach = AddressReach.Loopback }, time);
        var stream = new GuardedStream(new OpenAIReply(classifier), jsonLines: false, new(), classifier, time);
        var read = new StringBuilder();
        await foreach (var piece in stream.ReadAsync(new ChunkedStream(Encoding.UTF8.GetBytes(text), chunk), TestContext.Current.CancellationToken))
        {
            read.Append(piece.Text);
        }

        return read.ToString();
    }

    private sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
