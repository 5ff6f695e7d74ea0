namespace Synapse.Fakes.Tests;

public sealed class SmokeTests
{
    [Theory]
    [InlineData("openai", "/v1/chat/completions")]
    [InlineData("azure-legacy", "/openai/deployments/chat/chat/completions?api-version=2024-10-21")]
    [InlineData("azure-v1", "/openai/v1/chat/completions")]
    [InlineData("llamacpp", "/v1/chat/completions")]
    [InlineData("vllm", "/v1/chat/completions")]
    [InlineData("ollama", "/v1/chat/completions")]
    [InlineData("ollama", "/api/chat")]
    public async Task Each_dialect_streams(string dialect, string path)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect });
        using var client = new HttpClient { BaseAddress = fake.Address };
        foreach (var scenario in new[] { "ok-stream", "429-ms", "401", "400-context" })
        {
            fake.Scenario = scenario;
            using var content = new StringContent("""{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"[1] Cats sleep a lot.\n[2] Dogs bark.\n\nQuestion: do dogs bark?"}]}""");
            using var reply = await client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
            TestContext.Current.TestOutputHelper!.WriteLine($"{(int)reply.StatusCode} {reply.Headers} {await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }
    }
}
