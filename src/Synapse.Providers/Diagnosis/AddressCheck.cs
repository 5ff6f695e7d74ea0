using System.Globalization;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Diagnosis;

/// <summary>Whether something answers at the address, and whether the sign-in gives a token. No credential is sent to an address that was not reached yet.</summary>
internal static class AddressCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Asks the address for anything; whatever it says, it was reached.</summary>
    public static async Task<Finding> ReachAsync(ProviderProbe probe, CancellationToken cancellationToken)
    {
        var settings = probe.Settings with { Timeouts = probe.Settings.Timeouts with { FirstByte = Patience, Load = Patience } };
        var classifier = new FailureClassifier(settings, probe.Time);
        using var activity = EgressActivity.Begin(EgressPurpose.Discovery, []);
        using var http = probe.Egress.CreateClient(new(settings.Name, settings.Endpoint, settings.Reach), new WireHandler(settings, classifier, probe.Time));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/"));
        var begun = probe.Time.GetTimestamp();
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (WireException exception) when (exception.InnerException is null)
        {
            // It answered with a refusal; who it is and what it wants is seen later.
        }
        catch (WireException exception) when (exception.Failure.Kind == ProviderFailure.Protocol)
        {
            return probe.Failures.NotHttp(Host(settings));
        }

        return Finding.Ok(FindingCodes.Reachable, string.Create(CultureInfo.InvariantCulture, $"{Host(settings)} answers, after {probe.Time.GetElapsedTime(begun).TotalMilliseconds:0} ms."));
    }

    /// <summary>Signs in.</summary>
    public static async Task<Finding> SignInAsync(ProviderProbe probe, CancellationToken cancellationToken)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Credential, []);
        var token = await probe.Tokens!.GetTokenAsync(cancellationToken);
        probe.Failures.Token = TokenFacts.Read(token, probe.Time.GetUtcNow());
        return Finding.Ok(FindingCodes.SignedIn, $"Entra ID gave a token for the scope '{probe.Settings.Entra!.Scope}'.");
    }

    private static string Host(ProviderSettings settings) => $"{settings.Endpoint.Host}:{settings.Endpoint.Port}";
}
