using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Entra;

/// <summary>Tokens: who gets them, and who accepts them.</summary>
public sealed class EntraTests
{
    private const string FoundryScope = "https://ai.azure.com/.default";

    [Theory]
    [InlineData("azure-legacy", "https://cognitiveservices.azure.com/.default")]
    [InlineData("azure-v1", FoundryScope)]
    public async Task Azure_accepts_a_token_for_its_own_scope_and_no_other(string dialect, string scope)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect, Key = "sekret" });
        var right = await TokenAsync(fake, scope);
        var wrong = await TokenAsync(fake, "https://management.azure.com/.default");
        var refused = await RawClient.SendAsync(fake, DialectRequest.Chat(dialect).With("Authorization", $"Bearer {wrong}"));

        Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Chat(dialect).With("Authorization", $"Bearer {right}"))).Status);
        Assert.Equal((401, "Unauthorized"), (refused.Status, (string?)refused.Json["error"]!["code"]));
        Assert.StartsWith("Access token is missing, invalid, audience is incorrect", (string?)refused.Json["error"]!["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("entra-expired-token", 401)]
    [InlineData("entra-wrong-audience", 401)]
    [InlineData("entra-expiring", 200)]
    [InlineData("entra-ok", 200)]
    public async Task Azure_judges_the_token_that_the_scenario_gives(string scenario, int status)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "azure-v1" });
        fake.SetScenario(RequestKind.Token, scenario);
        var token = await TokenAsync(fake, FoundryScope);

        Assert.Equal(status, (await RawClient.SendAsync(fake, DialectRequest.Chat("azure-v1").With("Authorization", $"Bearer {token}"))).Status);
    }

    [Fact]
    public async Task Expiring_tokens_tell_their_seconds()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "entra", Scenario = "entra-expiring?seconds=3" });

        Assert.Equal(3, (int?)(await RawClient.SendAsync(fake, DialectRequest.Token())).Json["expires_in"]);
    }

    [Theory]
    [InlineData("entra-wrong-secret", 401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")]
    [InlineData("entra-unknown-tenant", 400, "invalid_request", "AADSTS90002: Tenant '")]
    [InlineData("entra-unavailable", 503, "temporarily_unavailable", "AADSTS90033: ")]
    public async Task Token_endpoint_refuses_as_the_scenario_says(string scenario, int status, string error, string description)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "entra", Scenario = scenario });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Token());

        Assert.Equal((status, error), (reply.Status, (string?)reply.Json["error"]));
        Assert.StartsWith(description, (string?)reply.Json["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_endpoint_knows_its_tenant_and_its_secret()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "entra" });
        var tenant = await RawClient.SendAsync(fake, DialectRequest.Token(tenant: "33333333-3333-3333-3333-333333333333"));
        var secret = await RawClient.SendAsync(fake, DialectRequest.Token(secret: "wrong"));

        Assert.Equal(90002, (int?)tenant.Json["error_codes"]![0]);
        Assert.Equal(7000215, (int?)secret.Json["error_codes"]![0]);
    }

    [Fact]
    public async Task Configuration_points_at_the_token_endpoint()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "entra" });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Get($"/{fake.Entra.Tenant}/v2.0/.well-known/openid-configuration"));

        Assert.Equal($"http://localhost/{fake.Entra.Tenant}/oauth2/v2.0/token", (string?)reply.Json["token_endpoint"]);
    }

    [Fact]
    public async Task Managed_identities_get_tokens_when_they_show_their_header()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "azure-v1" });
        var request = DialectRequest.Get("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fai.azure.com");
        var without = await RawClient.SendAsync(fake, request);
        var with = await RawClient.SendAsync(fake, request.With("Metadata", "true"));
        var appService = await RawClient.SendAsync(fake, DialectRequest.Get("/msi/token?api-version=2019-08-01&resource=https://ai.azure.com").With("X-IDENTITY-HEADER", "x"));
        var token = (string?)with.Json["access_token"];

        Assert.Equal(400, without.Status);
        Assert.Equal("https://ai.azure.com", (string?)with.Json["resource"]);
        Assert.Equal(200, appService.Status);
        Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Chat("azure-v1").With("Authorization", $"Bearer {token}"))).Status);
    }

    [Fact]
    public async Task Another_fake_accepts_the_tokens_of_a_shared_issuer()
    {
        var entra = new FakeEntra();
        await using var issuer = FakeProvider.Start(new() { Dialect = "entra", Entra = entra, Https = true });
        await using var azure = FakeProvider.Start(new() { Dialect = "azure-v1", Entra = entra, Key = "sekret" });
        var token = await TokenAsync(issuer, FoundryScope);

        Assert.Equal(200, (await RawClient.SendAsync(azure, DialectRequest.Chat("azure-v1").With("Authorization", $"Bearer {token}"))).Status);
    }

    private static async Task<string> TokenAsync(FakeProvider fake, string scope)
        => (string)(await RawClient.SendAsync(fake, DialectRequest.Token(scope: scope))).Json["access_token"]!;
}
