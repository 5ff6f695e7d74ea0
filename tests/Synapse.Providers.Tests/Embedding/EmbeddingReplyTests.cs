using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Tests.Embedding;

/// <summary>Embeddings as numbers and as base64, in every form in which the same numbers may come.</summary>
public sealed class EmbeddingReplyTests
{
    // In base64 as little-endian floats: the second begins with the bytes FB FF, so that there are slashes.
    private static readonly float[] Values = [0.5f, BitConverter.UInt32BitsToSingle(0x3F7FFFFB), -2, 1e-20f, 3];

    private static string Base64 => Convert.ToBase64String(MemoryMarshal.AsBytes(Values.AsSpan()));

    public static TheoryData<string> Forms =>
    [
        $"\"{Base64}\"",
        $"\"{Base64.Replace("/", "\\/", StringComparison.Ordinal)}\"",
        $"\"{Base64[..8]}\\n{Base64[8..]}\"",
        $"[{string.Join(", ", Values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}]",
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_same_numbers_are_read_from_every_form(string embedding)
    {
        Assert.Contains('/', Base64);
        Assert.Equal([Values, Values], Read($$"""{"data":[{"index":1,"embedding":{{embedding}}},{"index":0,"embedding":{{embedding}}}]}""", 2).Rows);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(384)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(5_000)]
    public void Embeddings_of_every_length_come_whole(int length)
    {
        var values = Enumerable.Range(0, length).Select(i => (i + 1) / 7f).ToArray();
        var numbers = $"[{string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}]";
        var base64 = $"\"{Convert.ToBase64String(MemoryMarshal.AsBytes(values.AsSpan()))}\"";
        Assert.Equal([values, values, values], Read($$"""{"data":[{"embedding":{{numbers}}},{"embedding":{{base64}}},{"embedding":{{numbers}}}]}""", 3).Rows);
    }

    [Theory]
    [InlineData("\"AAAA\"", "cut")]
    [InlineData("\"AAAAAA=\"", "not valid")]
    [InlineData("\"no base64!\"", "not valid")]
    [InlineData("\"=\"", "not valid")]
    [InlineData("\"\"", "empty")]
    [InlineData("\"AADAfw==\"", "not finite")]
    [InlineData("[]", "empty")]
    [InlineData("[1, null]", "no number")]
    [InlineData("7", "not an array")]
    public void What_is_no_embedding_is_a_fault_of_the_protocol(string embedding, string reason)
    {
        var failure = Assert.Throws<WireException>(() => Read($$"""{"data":[{"index":0,"embedding":{{embedding}}}]}""", 1)).Failure;
        Assert.Equal(ProviderFailure.Protocol, failure.Kind);
        Assert.Contains(reason, failure.Detail, StringComparison.Ordinal);
    }

    private static EmbeddingReply Read(string json, int count)
        => EmbeddingReply.Read(
            Encoding.UTF8.GetBytes(json),
            count,
            null,
            new FailureClassifier(
                new ProviderSettings { Name = "server", Kind = ProviderKind.Vllm, Endpoint = new("http://127.0.0.1:1"), Reach = AddressReach.Loopback }, TimeProvider.System));
}
