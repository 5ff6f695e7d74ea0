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
        var exchange = new Exchange(request, dialect, use, state.Options, state.Entra);
        var reply = Reply(exchange, operation);
        reply = exchange.Scenario.ChangeReply?.Invoke(exchange, reply) ?? reply;
        return reply with { Before = reply.Before + use.Call.Milliseconds("headers-ms") };
    }

    private static HttpReply Reply(Exchange exchange, Operation operation)
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

        return (scenario.BeforeKey ? null : scenario.Answer?.Invoke(exchange)) ?? operation.Answer(exchange);
    }
}
