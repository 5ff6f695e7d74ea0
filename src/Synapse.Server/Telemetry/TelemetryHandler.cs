using Synapse.Privacy;

namespace Synapse.Server.Telemetry;

/// <summary>Says what the requests of the exporter are for, and brings its blocking calls onto the one way out, which is asynchronous.</summary>
internal sealed class TelemetryHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Telemetry, []);
        return await base.SendAsync(request, cancellationToken);
    }

#pragma warning disable VSTHRD002 // The exporter calls from a thread of its own, which has nothing else to do than to wait.
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        => SendAsync(request, cancellationToken).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
}
