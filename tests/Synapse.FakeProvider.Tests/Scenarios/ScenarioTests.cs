using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>Every scenario, in every dialect and for every kind of request that it suits, does what its name says.</summary>
public sealed class ScenarioTests
{
    internal static IReadOnlyDictionary<string, Expectation> Expected { get; } =
        new[] { NormalExpectations.All, StatusExpectations.All, TransportExpectations.All, ContentExpectations.All, EntraExpectations.All }
            .SelectMany(group => group)
            .ToDictionary(pair => pair.Key, pair => pair.Value);

    public static TheoryData<string> Ids => [.. Expected.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Scenario_does_what_its_name_says(string id)
    {
        var scenario = FakeProvider.Scenarios.Single(scenario => scenario.Id == id);
        var expectation = Expected[id];
        await using var fake = FakeProvider.Start();
        var seen = 0;
        foreach (var dialect in scenario.Dialects.Where(dialect => expectation.Only.Count == 0 || expectation.Only.Contains(dialect)))
        {
            foreach (var kind in scenario.Kinds.Where(kind => Suits(kind, dialect)))
            {
                fake.Use(dialect, id + expectation.Parameters);
                var reply = await RawClient.SendAsync(fake, DialectRequest.Of(kind, dialect), expectation.SilenceMs, expectation.Limit, expectation.FirstByteMs);
                try
                {
                    await expectation.Check(new(fake, dialect, kind, reply));
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    throw new InvalidOperationException($"{id} for {kind} in {dialect}: {reply.End}, {reply.Bytes.Length} bytes:\n{System.Text.Encoding.UTF8.GetString(reply.Bytes.AsSpan(0, Math.Min(reply.Bytes.Length, 4000)))}", exception);
                }

                seen++;
            }
        }

        Assert.True(seen > 0, $"Nothing suits {id}.");
    }

    internal static bool Suits(RequestKind kind, string dialect) => kind switch
    {
        RequestKind.Chat => dialect is not ("tei" or "entra"),
        RequestKind.Embeddings => dialect is not ("anthropic" or "entra"),
        RequestKind.Rerank => dialect is "llamacpp" or "vllm" or "tei",
        RequestKind.Token => dialect is "azure-legacy" or "azure-v1" or "entra",
        _ => false,
    };
}
