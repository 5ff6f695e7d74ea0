using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Scripts;

/// <summary>ShellCheck has nothing to say of the scripts.</summary>
public sealed class ShellScriptTests
{
    [Fact]
    public async Task Every_shell_script_is_clean()
    {
        var scripts = Repository.Files(".", "*").Where(file => File.ReadLines(Repository.Path(file)).FirstOrDefault() is { } first && first.StartsWith("#!", StringComparison.Ordinal) && first.EndsWith("sh", StringComparison.Ordinal)).ToArray();
        Assert.Superset(new HashSet<string>(["quick-start.sh", "deploy/docker/postgres-init.sh", "eng/publish", "eng/test", "eng/setup/deployment.sh"]), scripts.ToHashSet());

        var (exitCode, output, errors) = await Tool.RunAsync(new Dictionary<string, string>(), Repository.Root, null, [Tool.Require("shellcheck"), "--external-sources", "--source-path=SCRIPTDIR", .. scripts]);
        Assert.True(exitCode == 0, output + errors);
    }
}
