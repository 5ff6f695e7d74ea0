using Microsoft.Extensions.Logging;
using Synapse.Egress.Metering;
using Synapse.Errors;
using Synapse.Privacy;

namespace Synapse.Egress.Guarding;

/// <summary>The gate above the connections of one route: checks what a request is, enters it in the ledger, sends it, and counts what really went and came.</summary>
internal sealed partial class EgressHandler(EgressRoute route, IEgressLedger ledger, ContentGuard contents, TimeProvider time, ILogger logger) : DelegatingHandler
{
    private readonly string _host = EgressPolicy.HostOf(route.Endpoint);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var activity = EgressActivity.Current;
        var attempt = new EgressAttempt(time.GetUtcNow(), route.Provider, _host, route.Reach, activity?.Purpose, activity?.Documents ?? []);
        try
        {
            await CheckAsync(attempt, activity, request, cancellationToken);
        }
        catch (SynapseException refused) when (refused is EgressRefusedException or LocalOnlyException)
        {
            await EnterRefusedAsync(attempt, refused, cancellationToken);
            throw;
        }

        var exchange = new Exchange(ledger, attempt, await BeginAsync(attempt, cancellationToken), time);
        return await SendAsync(request, exchange, cancellationToken);
    }

    // The blocking way would go past the guard and the ledger, to the handler below.
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        => throw new NotSupportedException("Requests are sent asynchronously here.");

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Exchange exchange, CancellationToken cancellationToken)
    {
        var body = request.Content;
        if (request.RequestUri?.Scheme == "https" && request.Version == System.Net.HttpVersion.Version11)
        {
            request.Version = System.Net.HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        }

        request.Content = body is null ? null : new CountedRequestContent(body, exchange);
        try
        {
            exchange.AddSent(HeaderSize.Of(request));
            var response = await base.SendAsync(request, cancellationToken);
            exchange.Status = (int)response.StatusCode;
            exchange.AddReceived(HeaderSize.Of(response));
            response.Content = new CountedResponseContent(response.Content, exchange);
            return response;
        }
        catch (HttpRequestException failed) when (failed.InnerException is EgressRefusedException refused)
        {
            exchange.End(EgressOutcome.Refused, refused.Rule);
            LogRefused(route.Provider, _host, refused.Rule);
            throw new EgressRefusedException(_host, refused.Rule, refused.Reason);
        }
        catch (Exception e)
        {
            exchange.End(e is OperationCanceledException ? EgressOutcome.Cancelled : EgressOutcome.Failed, null);
            throw;
        }
        finally
        {
            // A handler above may send the same request again.
            request.Content = body;
        }
    }

    private async ValueTask CheckAsync(EgressAttempt attempt, EgressActivity? activity, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (EgressPolicy.CheckRequest(route, request.RequestUri) is { } refusal)
        {
            throw new EgressRefusedException(_host, refusal.Rule, refusal.Reason);
        }

        if (attempt.Leaves)
        {
            await contents.CheckAsync(activity, cancellationToken);
        }
    }

    private async ValueTask<long> BeginAsync(EgressAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await ledger.BeginAsync(attempt, cancellationToken);
        }
        catch (Exception e) when (e is SynapseException or InvalidOperationException)
        {
            LogNotEntered(e, route.Provider, _host);
            return attempt.Leaves
                ? throw new EgressRefusedException(_host, EgressRules.Ledger, "What leaves this machine is entered in the ledger first, and the ledger cannot be written. See the server's log, and free space on its disk.")
                : Exchange.NotEntered;
        }
    }

    private async ValueTask EnterRefusedAsync(EgressAttempt attempt, SynapseException refused, CancellationToken cancellationToken)
    {
        var rule = refused is EgressRefusedException known ? known.Rule : EgressRules.LocalOnly;
        LogRefused(route.Provider, _host, rule);
        var result = new EgressResult(EgressOutcome.Refused, null, rule, 0, 0, TimeSpan.Zero);
        EgressTelemetry.Ended(attempt, result);
        try
        {
            var id = await ledger.BeginAsync(attempt, cancellationToken);
            ledger.Complete(id, result);
        }
        catch (Exception e) when (e is SynapseException or InvalidOperationException)
        {
            LogNotEntered(e, route.Provider, _host);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A request of {Provider} to {Host} was refused by rule {Rule}")]
    private partial void LogRefused(string provider, string host, string rule);

    [LoggerMessage(LogLevel.Error, "A request of {Provider} to {Host} could not be entered in the egress ledger")]
    private partial void LogNotEntered(Exception error, string provider, string host);
}
