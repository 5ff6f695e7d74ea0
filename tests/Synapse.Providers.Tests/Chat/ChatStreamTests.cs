using Synapse.Chat;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Chat;

public sealed class ChatStreamTests
{
    public static TheoryData<string> Dialects => ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "ollama", "lmstudio", "anthropic"];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_chat_model_answers_with_text_usage_and_one_end_in_every_dialect(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect);

        var outcome = await bench.AskAsync(bench.Models(bench.Settings()));

        Assert.Null(outcome.Error);
        Assert.Contains("[1]", outcome.Text);
        Assert.Equal(ChatFinish.Complete, outcome.Finished!.Finish);
        Assert.True(outcome.Finished.Usage is { InputTokens: > 0, OutputTokens: > 0 });
        Assert.IsType<ChatStarted>(outcome.Events[0]);
        Assert.IsType<ChatFinished>(outcome.Events[^1]);
        Assert.All(bench.Egress.AskedHosts, host => Assert.Equal(bench.Server.Address.Authority, host));
    }
}
