using System.Text.Json;

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>What the service answered.</summary>
internal sealed record Reply(int Status, string? RetryAfter, string? Allow, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The code of the error; checks that the whole has the shape of OpenAI's errors.</summary>
    public string? ErrorCode
    {
        get
        {
            var error = Json.GetProperty("error");
            Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
            Assert.NotEqual("", error.GetProperty("message").GetString());
            Assert.NotEqual("", error.GetProperty("type").GetString());
            return error.GetProperty("code").GetString();
        }
    }

    public string? ErrorParam => Json.GetProperty("error").GetProperty("param").GetString();

    /// <summary>The embeddings, which have to stand in the order of their index.</summary>
    public float[][] Embeddings
    {
        get
        {
            Assert.True(Status == 200, Body);
            var data = Json.GetProperty("data").EnumerateArray().ToArray();
            Assert.Equal(Enumerable.Range(0, data.Length), data.Select(item => item.GetProperty("index").GetInt32()));
            return [.. data.Select(item => Numbers(item.GetProperty("embedding")))];
        }
    }

    public static async Task<Reply> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        response.Headers.TryGetValues("Retry-After", out var wait) ? wait.Single() : null,
        response.Content.Headers.TryGetValues("Allow", out var allow) ? string.Join(',', allow) : null,
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    private static float[] Numbers(JsonElement embedding)
        => embedding.ValueKind is JsonValueKind.String
            ? [.. embedding.GetBytesFromBase64().Chunk(4).Select(bytes => BitConverter.ToSingle(bytes))]
            : [.. embedding.EnumerateArray().Select(number => number.GetSingle())];
}
