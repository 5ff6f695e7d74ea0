using Microsoft.Extensions.Logging;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Hosting;

public sealed class PromptStartTests
{
    [Fact]
    public void Server_with_wrong_prompts_does_not_start_and_names_all_faults()
    {
        using var folder = new TemporaryFolder();
        folder.Write("data/prompts/answer.md", "Answer.");
        folder.Write("data/prompts/question.md", "{{history}} {{passages}} {{boundary}} {{querstion}}");
        var options = new ServerOptions { DataFolder = new DataFolder(Path.Combine(folder.Path, "data")), Port = null, LogLevel = LogLevel.Error };
        var error = Assert.Throws<InvalidConfigurationException>(() => SynapseServer.Build(options));
        Assert.Equal(3, error.Faults.Count);
        Assert.All(error.Faults, fault => Assert.StartsWith(Path.Combine(folder.Path, "data", "prompts"), fault, StringComparison.Ordinal));
    }
}
