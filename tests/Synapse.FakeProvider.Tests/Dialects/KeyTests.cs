using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Dialects;

/// <summary>Which key opens which server, and what a wrong one gets.</summary>
public sealed class KeyTests
{
    [Theory]
    [InlineData("openai", "Authorization", "Bearer sekret")]
    [InlineData("azure-legacy", "api-key", "sekret")]
    [InlineData("azure-v1", "api-key", "sekret")]
    [InlineData("azure-v1", "Authorization", "Bearer sekret")]
    [InlineData("llamacpp", "Authorization", "Bearer sekret")]
    [InlineData("llamacpp", "Authorization", "sekret")]
    [InlineData("llamacpp", "X-Api-Key", "sekret")]
    [InlineData("vllm", "Authorization", "Bearer sekret")]
    [InlineData("lmstudio", "Authorization", "Bearer sekret")]
    [InlineData("anthropic", "x-api-key", "sekret")]
    public async Task Key_opens_chat_and_a_wrong_one_does_not(string dialect, string header, string value)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect, Key = "sekret" });

        Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Chat(dialect).With(header, value))).Status);
        Assert.Equal(401, (await RawClient.SendAsync(fake, DialectRequest.Chat(dialect).With(header, value + "x"))).Status);
        Assert.Equal(401, (await RawClient.SendAsync(fake, DialectRequest.Chat(dialect))).Status);
    }

    [Fact]
    public async Task LlamaCpp_lists_models_without_a_key_and_vllm_answers_outside_of_v1()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "llamacpp", Key = "sekret" });
        Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Get("/v1/models"))).Status);
        Assert.Equal(401, (await RawClient.SendAsync(fake, DialectRequest.Get("/props"))).Status);

        fake.Use("vllm");
        Assert.Equal(401, (await RawClient.SendAsync(fake, DialectRequest.Get("/v1/models"))).Status);
        Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Get("/version"))).Status);
    }

    [Fact]
    public async Task Refusals_have_the_shape_of_the_dialect()
    {
        await using var fake = FakeProvider.Start(new() { Key = "sekret" });
        var wrong = DialectRequest.Chat("openai").With("Authorization", "Bearer sk-abcdefghijklmnop");

        Assert.StartsWith("""{"error":{"message":"Incorrect API key provided: sk-****mnop.""", (await RawClient.SendAsync(fake, wrong)).Text, StringComparison.Ordinal);
        fake.Use("vllm");
        Assert.Equal("""{"error":"Unauthorized"}""", (await RawClient.SendAsync(fake, wrong)).Text);
        fake.Use("tei");
        Assert.Empty((await RawClient.SendAsync(fake, DialectRequest.Embeddings("tei", "a"))).Body);
        fake.Use("llamacpp");
        Assert.Equal("""{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}""", (await RawClient.SendAsync(fake, wrong)).Text);
    }

    [Fact]
    public async Task Azure_wants_the_version_and_knows_its_deployments()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "azure-legacy", Models = { "other" } });
        var missing = await RawClient.SendAsync(fake, DialectRequest.Chat("azure-legacy"));
        var unversioned = await RawClient.SendAsync(fake, DialectRequest.Chat("azure-legacy") with { Target = "/openai/deployments/other/chat/completions" });

        Assert.Equal((404, "DeploymentNotFound"), (missing.Status, (string?)missing.Json["error"]!["code"]));
        Assert.Equal((404, """{"error":{"code":"404","message":"Resource not found"}}"""), (unversioned.Status, unversioned.Text));
    }
}
