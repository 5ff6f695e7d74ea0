using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>Scenarios meet requests that they were not made for: without a stream, and over the routes that only one server has.</summary>
public sealed class RobustnessTests
{
    [Fact]
    public async Task No_scenario_breaks_the_fake_itself()
    {
        await using var fake = FakeProvider.Start();
        var tried = 0;
        foreach (var scenario in FakeProvider.Scenarios.Where(scenario => scenario.Group is "Normal" or "Status" or "Content"))
        {
            foreach (var dialect in scenario.Dialects.Where(dialect => dialect != "entra"))
            {
                fake.Use(dialect, scenario.Id);
                var requests = new[] { RequestKind.Chat, RequestKind.Embeddings }.Where(kind => ScenarioTests.Suits(kind, dialect)).Select(kind => DialectRequest.Of(kind, dialect, stream: false)).ToList();
                if (dialect == "ollama")
                {
                    requests.AddRange([DialectRequest.Chat("ollama") with { Target = "/api/chat" }, DialectRequest.Embeddings("ollama", "a", "b") with { Target = "/api/embed" }]);
                }

                foreach (var request in requests)
                {
                    var reply = await RawClient.SendAsync(fake, request);
                    Assert.True(reply.Status > 0, $"{scenario.Id} in {dialect} gave nothing at {request.Target}.");
                    Assert.True(reply.Header("x-fake-failure") is null, $"{scenario.Id} in {dialect} at {request.Target}: {reply.Text}");
                    tried++;
                }
            }
        }

        Assert.True(tried > 1000, $"Only {tried} replies were seen.");
    }
}
