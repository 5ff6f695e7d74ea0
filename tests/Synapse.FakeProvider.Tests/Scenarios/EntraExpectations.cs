namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>What the token endpoint looks like.</summary>
internal static class EntraExpectations
{
    public static IReadOnlyDictionary<string, Expectation> All { get; } = new Dictionary<string, Expectation>
    {
        ["entra-ok"] = Grants(3900),
        ["entra-expiring"] = Grants(60),
        ["entra-expired-token"] = Grants(3599),
        ["entra-wrong-audience"] = Grants(3900),
        ["entra-wrong-secret"] = Refuses(401, "AADSTS7000215"),
        ["entra-unknown-tenant"] = Refuses(400, "AADSTS90002"),
        ["entra-unavailable"] = Refuses(503, "AADSTS90033"),
    };

    private static Expectation Grants(int seconds) => new(seen =>
    {
        Assert.Equal((200, "Bearer", seconds), (seen.Reply.Status, (string?)seen.Reply.Json["token_type"], (int?)seen.Reply.Json["expires_in"]));
        Assert.Equal(3, ((string)seen.Reply.Json["access_token"]!).Split('.').Length);
    });

    private static Expectation Refuses(int status, string number) => new(seen =>
    {
        Assert.Equal(status, seen.Reply.Status);
        Assert.StartsWith(number, (string?)seen.Reply.Json["error_description"], StringComparison.Ordinal);
    });
}
