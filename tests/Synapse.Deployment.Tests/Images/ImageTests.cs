using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;
using Synapse.EmbeddingServer.Hosting;
using Synapse.Providers.Configuration;
using Synapse.Server.Hosting;

namespace Synapse.Deployment.Tests.Images;

/// <summary>The images are built in stages from pinned bases, run as an ordinary user, and bring their own health check; what goes to the builder is what they are built from.</summary>
public sealed partial class ImageTests
{
    // Tags of .NET 10, announced in https://github.com/dotnet/dotnet-docker/issues/6860.
    private static readonly string[] s_bases = ["mcr.microsoft.com/dotnet/sdk:10.0-noble", "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled"];

    public static TheoryData<string, string> Images => new() { { "deploy/docker/server.Dockerfile", "synapse" }, { "deploy/docker/embedding-server.Dockerfile", "synapse-embedding-server" } };

    [Fact]
    public void Every_dockerfile_is_checked()
        => Assert.Equal(Images.Select(row => row.Data.Item1).Order(StringComparer.Ordinal), Repository.Files(".", "*Dockerfile*").Where(file => !file.EndsWith("Dockerfile.cs", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_is_built_in_stages_from_pinned_bases_and_runs_as_an_ordinary_user(string name, string program)
    {
        var file = Dockerfile.Read(name);
        Assert.Equal(s_bases, file.Instructions.Where(instruction => instruction.Word == "FROM").Select(instruction => Base().Match(instruction.Text).Groups["image"].Value));
        Assert.Equal("$APP_UID", file.Final.Last(instruction => instruction.Word == "USER").Text);
        Assert.Equal([$"/app/{program}"], file.Entrypoint);

        // The base has no shell, so nothing runs in the last stage, and everything in it comes from the build.
        Assert.DoesNotContain(file.Final, instruction => instruction.Word is "RUN" or "ADD" or "ARG");
        Assert.All(file.Final.Where(instruction => instruction.Word == "COPY"), copy => Assert.StartsWith("--from=build ", copy.Text, StringComparison.Ordinal));
        Assert.True(file.Final.ToList().FindIndex(instruction => instruction.Word == "USER") > file.Final.ToList().FindLastIndex(instruction => instruction.Word == "COPY"), "Files are copied as the user who runs them.");
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void The_health_check_is_the_program_itself(string name, string program)
    {
        var file = Dockerfile.Read(name);
        Assert.Equal(program == "synapse" ? ["/app/synapse", "health"] : [$"/app/{program}", "--health"], file.HealthCheck);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Variables_of_the_image_are_those_that_its_program_reads(string name, string program)
    {
        var file = Dockerfile.Read(name);
        var known = program == "synapse" ? SettingNames.Variables.Concat(ServerVariables.All) : ServiceSetting.All.Select(setting => setting.Variable);
        Assert.True(file.Environment.Count >= 4, $"Only {file.Environment.Count} variables were seen.");
        Assert.Empty(file.Environment.Keys.Except(known).Except(["DOTNET_EnableDiagnostics"]));
        Assert.Equal(file.Environment["PORT"], file.Final.Single(instruction => instruction.Word == "EXPOSE").Text);
        Assert.Equal("0.0.0.0", file.Environment[program == "synapse" ? "SYNAPSE_HOST" : "HOST"]);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void The_build_runs_scripts_that_are_there_and_takes_what_they_leave(string name, string program)
    {
        var file = Dockerfile.Read(name);
        var build = file.Instructions.Single(instruction => instruction.Word == "RUN" && instruction.Text.Contains("eng/publish", StringComparison.Ordinal)).Text;
        Assert.Equal(program == "synapse-embedding-server", build.Contains("--embedding-server", StringComparison.Ordinal));

        // Where eng/publish puts a program for a runtime.
        var publish = File.ReadAllText(Repository.Path("eng/publish"));
        Assert.Contains("build=${SYNAPSE_BUILD:-artifacts}\n", publish, StringComparison.Ordinal);
        Assert.Contains("output=\"$build/dist/$prefix$runtime-$kind\"", publish, StringComparison.Ordinal);
        Assert.Contains("kind=framework", publish, StringComparison.Ordinal);
        var prefix = program == "synapse" ? "" : "embedding-server-";
        Assert.Contains(file.Instructions, instruction => instruction.Text.Contains($"artifacts/dist/{prefix}linux-${{TARGETARCH/amd64/x64}}-framework\" /app", StringComparison.Ordinal));
    }

    [Fact]
    public void The_builder_gets_all_sources_and_nothing_else()
    {
        var context = new IgnoreFile(File.ReadAllLines(Repository.Path(".dockerignore")));
        var tracked = Repository.Files(".", "*");
        Assert.True(tracked.Count >= 500, $"Only {tracked.Count} files were seen.");

        var sent = tracked.Where(context.Includes).ToHashSet();
        Assert.Superset(new HashSet<string>(["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", ".editorconfig", "eng/publish", "eng/publish.props", "eng/BannedSymbols.txt", "eng/BannedSymbols.Egress.txt"]), sent);
        Assert.Empty(Repository.Files("src", "*").Except(sent));
        Assert.Empty(sent.Where(file => file.Split('/')[0] is not ("src" or "eng") && file.Contains('/', StringComparison.Ordinal)));
        foreach (var secret in (string[])[".env", "src/.env", "secrets/provider_key", ".git/config", "models/model.gguf", "documents/a.md", "src/Synapse/bin/x.dll", "src/Synapse/obj/x.json"])
        {
            Assert.False(context.Includes(secret), $"{secret} goes to the builder.");
        }
    }

    [GeneratedRegex(@"^(--platform=\S+ )?(?<image>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Base();

    /// <summary>The part of the language of <c>.dockerignore</c> that ours uses: the last line that matches a path, or a folder above it, decides.</summary>
    private sealed class IgnoreFile(IEnumerable<string> lines)
    {
        private readonly (bool Includes, Regex Pattern)[] _rules =
        [
            .. lines.Where(line => line.Length > 0 && line[0] != '#').Select(line => (line[0] == '!', new Regex(
                $"^{Regex.Escape(line.TrimStart('!')).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal)}(/.*)?$", RegexOptions.NonBacktracking))),
        ];

        public bool Includes(string path) => _rules.Aggregate(true, (includes, rule) => rule.Pattern.IsMatch(path) ? rule.Includes : includes);
    }
}
