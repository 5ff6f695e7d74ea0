using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.Compose;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Scripts;

/// <summary>What the guides tell people to type: what can run here runs, and what they name is there.</summary>
public sealed partial class GuideTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("docs/docker-deploy.md", ComposeFile.Cloud)]
    [InlineData("docs/local-offline-deployment.md", ComposeFile.Local)]
    public async Task The_block_that_prepares_a_deployment_by_hand_makes_what_the_compose_file_needs(string guide, string file)
    {
        foreach (var name in ComposeFile.Names)
        {
            File.Copy(Repository.Path(name), Path.Combine(_folder.Path, name));
        }

        var block = Blocks(guide).Single(text => text.StartsWith("mkdir -m 700 secrets", StringComparison.Ordinal));
        var environment = new Dictionary<string, string> { ["OPENAI_API_KEY"] = "sk-0123456789abcdef" };
        var prepared = await Tool.RunAsync(environment, _folder.Path, null, "bash", "-euo", "pipefail", "-c", block);
        Assert.Equal((0, "", ""), prepared);

        Assert.All(ComposeFile.Read(file).Section("secrets").Keys.Cast<string>(), secret => Assert.True(new FileInfo(Path.Combine(_folder.Path, "secrets", secret)).Length >= 10, secret));
        var settings = await File.ReadAllLinesAsync(Path.Combine(_folder.Path, ".env"), TestContext.Current.CancellationToken);
        Assert.NotEmpty(settings);
        var (exitCode, _, errors) = await Tool.RunAsync(new Dictionary<string, string>(), _folder.Path, null, Tool.Require("docker-compose"), "config", "--quiet");
        Assert.Equal((0, ""), (exitCode, errors));
    }

    [Fact]
    public async Task Every_command_of_synapse_that_a_guide_names_is_one()
    {
        var (exitCode, help, _) = await Tool.RunAsync(new Dictionary<string, string>(), _folder.Path, null, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "Synapse.Cli.dll"), "--help");
        Assert.Equal(0, exitCode);
        var named = (from page in Repository.Files("docs", "*.md").Append("README.md").Where(page => !page.StartsWith("docs/decisions/", StringComparison.Ordinal))
                     from block in Blocks(page)
                     from Match match in Command().Matches(block)
                     select (Page: page, Command: match.Groups["command"].Value)).Distinct().ToArray();
        Assert.True(named.Length >= 10, $"Only {named.Length} commands were seen.");
        Assert.Empty(named.Where(each => !Regex.IsMatch(help, $@"^\s+{each.Command}\b", RegexOptions.Multiline)).Select(each => $"{each.Page}: synapse {each.Command}"));
    }

    [Fact]
    public void Every_file_and_service_that_a_block_of_a_guide_names_is_there()
    {
        var services = ComposeFile.Names.SelectMany(name => ComposeFile.Read(name).Services).Select(service => service.Name).ToHashSet();
        string[] guides = ["docs/getting-started.md", "docs/one-click-deploy.md", "docs/docker-deploy.md", "docs/local-offline-deployment.md", "docs/azure-openai-integration.md"];
        var seen = 0;
        foreach (var (guide, block) in guides.SelectMany(guide => Blocks(guide).Select(block => (guide, block))))
        {
            foreach (Match match in RepositoryFile().Matches(block))
            {
                seen++;
                Assert.True(Path.Exists(Repository.Path(match.Value)), $"{guide}: {match.Value}");
            }

            foreach (Match match in Executed().Matches(block))
            {
                seen++;
                Assert.Contains(match.Groups["service"].Value, services);
            }
        }

        Assert.True(seen >= 15, $"Only {seen} names were seen.");
    }

    private static IEnumerable<string> Blocks(string page) => Block().Matches(File.ReadAllText(Repository.Path(page))).Select(match => match.Groups["text"].Value);

    [GeneratedRegex(@"^```\w*\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    // At the start of a line, after a prompt, or after the service of "docker compose exec".
    [GeneratedRegex(@"^(\$ )?(docker compose exec synapse )?synapse (?<command>[a-z][a-z-]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<![\w/.-])(\./)?(deploy/[\w./-]+\w|eng/[\w/]+|src/[\w./]+\w(?= )|quick-start\.(sh|ps1)|docker-compose(\.local)?\.yml)", RegexOptions.ExplicitCapture)]
    private static partial Regex RepositoryFile();

    [GeneratedRegex(@"docker compose (exec|run --rm( --build)?( --volume \S+)?) (?<service>[a-z-]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Executed();
}
