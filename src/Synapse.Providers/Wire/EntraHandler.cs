using System.Net;
using System.Net.Http.Headers;
using Synapse.Privacy;
using Synapse.Providers.Entra;

namespace Synapse.Providers.Wire;

/// <summary>Signs requests with a token of Entra ID. A refused token is replaced once: it may have been revoked, or a role granted after it was issued.</summary>
internal sealed class EntraHandler(IAccessTokens tokens) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await SignAsync(request, cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
        {
            return response;
        }

        response.Dispose();
        tokens.Invalidate(token);
        await SignAsync(request, cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }

    private async ValueTask<string> SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Credential, []);
        var token = await tokens.GetTokenAsync(cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return token;
    }
}
