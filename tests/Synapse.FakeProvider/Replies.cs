using Synapse.Fakes.Dialects;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes;

/// <summary>From a request to its reply: what the dialect would say, and what the scenario makes of it.</summary>
internal static class Replies
{
    public static HttpReply To(RecordedRequest request, FakeState state)
    {
        var dialect = state.Dialect;
        var operation = dialect.Resolve(request);
        request.Kind = operation.Kind;
        var use = state.Scenarios.Next(operation.Kind);
        request.Scenario = use.Call.Text;
        var exchange = new Exchange(request, dialect, use, state);
        try
        {
            var reply = Reply(exchange, operation, state.Rates);
            reply = exchange.Scenario.ChangeReply?.Invoke(exchange, reply) ?? reply;
            return reply with { Before = reply.Before + use.Call.Milliseconds("headers-ms") };
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A request that the fake cannot read is a fault of the client or of the fake; either way the test should see which.
            return dialect.Text(exchange, $"The fake failed: {exception}", "text/plain", 500).WithHeader("x-fake-failure", exception.GetType().Name);
        }
    }

    private static HttpReply Reply(Exchange exchange, Operation operation, RateLimits rates)
    {
        var scenario = exchange.Scenario;
        if (scenario.BeforeKey && scenario.Answer?.Invoke(exchange) is { } early)
        {
            return early;
        }

        if (!operation.Public && exchange.Dialect.Authorize(exchange) is { } refusal)
        {
            return refusal;
        }

        return rates.Apply(exchange, () => (scenario.BeforeKey ? null : scenario.Answer?.Invoke(exchange)) ?? operation.Answer(exchange));
    }
}
