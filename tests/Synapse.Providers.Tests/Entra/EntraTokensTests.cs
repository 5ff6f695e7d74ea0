using System.Net;
using Microsoft.Extensions.Time.Testing;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Entra;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Entra;

/// <summary>Tokens of Entra ID: fetched once for many, replaced in time, and every failure with its cure.</summary>
public sealed class EntraTokensTests
{
    private const string TheSecret = "abc~very.secret-value";

    // The library reckons with the real clock, so the fake one starts there.
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_secret_is_exchanged_at_the_tenant_s_token_address_and_nowhere_else()
    {
        var server = new LoginServer((_, _) => LoginServer.Token("t1"));
        Assert.Equal("t1", await Tokens(server).GetTokenAsync(Cancel));

        var route = Assert.Single(server.Routes);
        Assert.Equal((new Uri("https://login.microsoftonline.com/"), AddressReach.Public), (route.Endpoint, route.Reach));
        var (address, body, purpose) = Assert.Single(server.Requests);
        Assert.Equal("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token", address.GetLeftPart(UriPartial.Path));
        Assert.Contains("scope=https%3A%2F%2Fai.azure.com%2F.default", body, StringComparison.Ordinal);
        Assert.Equal(EgressPurpose.Credential, purpose);
    }

    [Fact]
    public async Task A_token_is_kept_until_five_minutes_before_its_end()
    {
        var count = 0;
        var server = new LoginServer((_, _) => LoginServer.Token($"t{++count}", 3_600));
        var tokens = Tokens(server);
        Assert.Equal("t1", await tokens.GetTokenAsync(Cancel));
        _time.Advance(TimeSpan.FromMinutes(54));
        Assert.Equal("t1", await tokens.GetTokenAsync(Cancel));
        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal("t2", await tokens.GetTokenAsync(Cancel));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_refused_token_is_fetched_again_once_however_many_requests_it_failed()
    {
        var count = 0;
        var server = new LoginServer((_, _) => LoginServer.Token($"t{++count}"));
        var tokens = Tokens(server);
        var refused = await tokens.GetTokenAsync(Cancel);
        tokens.Invalidate(refused);
        Assert.Equal("t2", await tokens.GetTokenAsync(Cancel));
        tokens.Invalidate(refused);
        Assert.Equal("t2", await tokens.GetTokenAsync(Cancel));
    }

    [Fact]
    public async Task Many_callers_at_once_share_one_fetch()
    {
        using var gate = new ManualResetEventSlim();
        var server = new LoginServer((_, _) =>
        {
            gate.Wait(Cancel);
            return LoginServer.Token("t1");
        });
        var tokens = Tokens(server);
        var all = Enumerable.Range(0, 50).Select(_ => tokens.GetTokenAsync(Cancel).AsTask()).ToArray();
        gate.Set();
        Assert.All(await Task.WhenAll(all), token => Assert.Equal("t1", token));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_end_the_fetch_of_the_others()
    {
        using var gate = new ManualResetEventSlim();
        var server = new LoginServer((_, _) =>
        {
            gate.Wait(Cancel);
            return LoginServer.Token("t1");
        });
        var tokens = Tokens(server);
        using var impatient = new CancellationTokenSource();
        var first = tokens.GetTokenAsync(impatient.Token).AsTask();
        var second = tokens.GetTokenAsync(Cancel).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Set();
        Assert.Equal("t1", await second);
    }

    [Fact]
    public async Task A_token_that_still_lives_is_used_when_the_service_cannot_be_reached()
    {
        var isDown = false;
        var server = new LoginServer((_, _) => isDown ? throw new HttpRequestException("no route") : LoginServer.Token("t1", 3_600));
        var tokens = Tokens(server);
        await tokens.GetTokenAsync(Cancel);
        isDown = true;
        _time.Advance(TimeSpan.FromMinutes(57));
        Assert.Equal("t1", await tokens.GetTokenAsync(Cancel));
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(ProviderFailure.Unavailable, (await Assert.ThrowsAsync<ProviderException>(async () => await tokens.GetTokenAsync(Cancel))).Failure);
    }

    [Theory]
    [InlineData("7000215", "client secret is wrong", "AZURE_CLIENT_SECRET")]
    [InlineData("7000222", "client secret has expired", "Make a new one")]
    [InlineData("700016", "does not know the application", "AZURE_CLIENT_ID")]
    [InlineData("90002", "no such tenant", "AZURE_TENANT_ID")]
    [InlineData("70011", "scope is wrong", "AZURE_OPENAI_SCOPE")]
    [InlineData("500011", "does not know the service", "AZURE_OPENAI_SCOPE")]
    [InlineData("53003", "conditional access", "Let the application in")]
    [InlineData("999999", "was refused, as AADSTS999999", "Check tenant, client, secret and scope")]
    public async Task A_refusal_names_the_fault_and_the_cure_and_is_asked_once(string code, string fault, string cure)
    {
        var server = new LoginServer((_, _) => LoginServer.Refusal(code, $"echo {TheSecret}"));
        var failed = await FailAsync(server);
        Assert.Equal(ProviderFailure.Auth, failed.Failure);
        Assert.Contains(fault, failed.Message, StringComparison.Ordinal);
        Assert.Contains(cure, failed.Message, StringComparison.Ordinal);
        Assert.Contains($"AADSTS{code}", failed.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(TheSecret, failed.Message + failed.Detail, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task A_service_that_fails_by_itself_is_unavailable_and_named(HttpStatusCode status)
    {
        var server = new LoginServer((_, _) => LoginServer.Json("{}", status));
        var failed = await FailAsync(server);
        Assert.Equal(ProviderFailure.Unavailable, failed.Failure);
        Assert.Contains("login.microsoftonline.com", failed.Message, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task A_refusal_by_the_egress_guard_is_told_as_it_is()
    {
        var server = new LoginServer((_, _) => throw new EgressRefusedException("login.microsoftonline.com:443", "address_class", "No."));
        Assert.Equal("address_class", (await Assert.ThrowsAsync<EgressRefusedException>(async () => await Tokens(server).GetTokenAsync(Cancel))).Rule);
    }

    [Fact]
    public void Offline_no_credential_is_made()
    {
        var server = new LoginServer((_, _) => LoginServer.Token("t1"), isOffline: true);
        Assert.Equal("offline", Assert.Throws<EgressRefusedException>(() => Tokens(server)).Rule);
        Assert.Empty(server.Routes);
    }

    [Fact]
    public async Task A_workload_identity_sends_the_token_of_its_file_as_the_file_is_at_that_moment()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "assertion-one", Cancel);
            var server = new LoginServer((_, body) => LoginServer.Token(body.Contains("assertion-two", StringComparison.Ordinal) ? "t2" : "t1"));
            var tokens = EntraSignIn.Create(Provider(new EntraSettings(EntraCredentialKind.WorkloadIdentity, Scope, Authority, Tenant, Client, TokenFile: file)), server, _time);
            Assert.Equal("t1", await tokens.GetTokenAsync(Cancel));
            await File.WriteAllTextAsync(file, "assertion-two", Cancel);
            tokens.Invalidate("t1");
            Assert.Equal("t2", await tokens.GetTokenAsync(Cancel));
            Assert.Contains("client_assertion=assertion-one", server.Requests[0].Body, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_managed_identity_is_asked_of_the_metadata_service_by_a_route_of_its_own_and_anew_after_a_refusal()
    {
        var count = 0;
        var server = new LoginServer((_, _) => LoginServer.Json($$"""{"access_token":"t{{++count}}","expires_in":"3600","expires_on":"{{_time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()}}","resource":"x","token_type":"Bearer"}"""));
        var tokens = EntraSignIn.Create(Provider(new EntraSettings(EntraCredentialKind.ManagedIdentity, Scope, Authority)), server, _time);
        var first = await tokens.GetTokenAsync(Cancel);
        Assert.Equal((new Uri("http://169.254.169.254"), AddressReach.Metadata), (server.Routes[0].Endpoint, server.Routes[0].Reach));
        Assert.All(server.Requests, request => Assert.Equal("169.254.169.254", request.Address.Host));
        tokens.Invalidate(first);
        Assert.NotEqual(first, await tokens.GetTokenAsync(Cancel));
    }

    [Fact]
    public async Task A_machine_without_a_managed_identity_is_told_what_to_choose_instead()
    {
        var server = new LoginServer((_, _) => throw new HttpRequestException("connection refused"));
        var tokens = EntraSignIn.Create(Provider(new EntraSettings(EntraCredentialKind.ManagedIdentity, Scope, Authority, ClientId: "22222222-2222-2222-2222-222222222222")), server, _time);
        var failed = await Assert.ThrowsAsync<ProviderException>(async () => await tokens.GetTokenAsync(Cancel));
        Assert.Equal(ProviderFailure.Auth, failed.Failure);
        Assert.Contains("no managed identity is available here", failed.Message, StringComparison.Ordinal);
        Assert.Contains("AZURE_OPENAI_CREDENTIAL", failed.Message, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 1, 2);
    }

    private const string Scope = "https://ai.azure.com/.default";
    private const string Tenant = "contoso.example";
    private const string Client = "11111111-1111-1111-1111-111111111111";
    private static readonly Uri Authority = new("https://login.microsoftonline.com/");

    private static ProviderSettings Provider(EntraSettings entra) => new()
    {
        Name = "azure",
        Kind = ProviderKind.AzureOpenAI,
        Endpoint = new Uri("https://contoso.openai.azure.com"),
        Reach = AddressReach.Public,
        Entra = entra,
        ChatModel = "chat",
    };

    private IAccessTokens Tokens(LoginServer server)
        => EntraSignIn.Create(Provider(new EntraSettings(EntraCredentialKind.ClientSecret, Scope, Authority, Tenant, Client, new Secret(TheSecret))), server, _time);

    private async Task<ProviderException> FailAsync(LoginServer server)
        => await Assert.ThrowsAsync<ProviderException>(async () => await Tokens(server).GetTokenAsync(Cancel));
}
