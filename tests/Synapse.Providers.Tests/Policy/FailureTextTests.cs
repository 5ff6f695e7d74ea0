using Synapse.Errors;
using Synapse.Providers.Policy;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Tests.Policy;

public sealed class FailureTextTests
{
    [Theory]
    [InlineData(ProviderFailure.Throttled, "is busy. Try again in 12 s.")]
    [InlineData(ProviderFailure.QuotaExhausted, "has no quota left")]
    [InlineData(ProviderFailure.Unavailable, "cannot be reached or does not work")]
    [InlineData(ProviderFailure.TooLarge, "longer than the model of 'first' can read")]
    [InlineData(ProviderFailure.Filtered, "content filter of 'first' refused")]
    [InlineData(ProviderFailure.Auth, "does not accept the configured credential")]
    [InlineData(ProviderFailure.BadConfig, "does not know the configured model, deployment or a parameter")]
    [InlineData(ProviderFailure.Interrupted, "was cut off and is not complete. Ask again.")]
    [InlineData(ProviderFailure.Protocol, "sent something that cannot be read as an answer")]
    public async Task A_person_is_told_what_happened_and_what_to_do_and_nothing_that_the_server_said(ProviderFailure kind, string expected)
    {
        await using var bench = ProviderBench.Start("openai");
        var failure = new WireFailure(kind, "summary-of-the-wire", "text of the server") { RetryAfter = TimeSpan.FromSeconds(11.2) };

        var error = failure.ToException(bench.Settings(), null);

        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain("text of the server", error.Message);
        Assert.DoesNotContain("summary-of-the-wire", error.Message);
        Assert.Equal(("first", "text of the server"), (error.Provider, error.Detail));
    }
}
