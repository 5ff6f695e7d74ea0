using Synapse.Deployment.Tests.Compose;

namespace Synapse.Deployment.Tests.Scripts;

/// <summary>Both quick-start scripts do the same, once and again, and say what is missing.</summary>
public sealed class QuickStartTests
{
    private const string Key = "sk-0123456789abcdef";

    public static TheoryData<string> Scripts => [QuickStart.Shell, QuickStart.PowerShell];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task OpenAI_is_ready_after_one_command_and_a_second_run_changes_nothing(string script)
    {
        using var start = new QuickStart(script);
        var (exitCode, output, errors) = await start.RunAsync("--mode openai --documents ./my-documents --port 3210", $"OPENAI_API_KEY={Key}");
        Assert.True(exitCode == 0, errors + output);
        Assert.Contains(QuickStart.Link, output, StringComparison.Ordinal);
        Assert.Equal(new() { ["OPENAI_API_KEY_FILE"] = "/run/secrets/provider_key", ["DOCUMENTS_FOLDER"] = "./my-documents", ["PORT"] = "3210" }, start.Settings());
        Assert.Equal(Key, start.Read("secrets/provider_key"));
        Assert.True(Directory.Exists(start.PathOf("my-documents")));
        Assert.Equal(["compose version", "info", "compose up --detach --build --wait", "compose exec -T synapse synapse sign-in"], start.Calls);

        // No process of others can read the key: it stands in no argument.
        Assert.DoesNotContain(start.Calls, call => call.Contains(Key, StringComparison.Ordinal));
        var made = Made(start);
        var again = await start.RunAsync("");
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Contains("is kept", again.Output, StringComparison.Ordinal);
        Assert.Equal(made, Made(start));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Generated_secrets_are_long_different_and_kept_from_others(string script)
    {
        using var start = new QuickStart(script);
        var (exitCode, output, errors) = await start.RunAsync("--mode none --no-start");
        Assert.True(exitCode == 0, errors + output);
        Assert.Empty(start.Calls);
        var secrets = ComposeFile.Names.SelectMany(name => ComposeFile.Read(name).Section("secrets").Keys).Cast<string>().Distinct().Where(name => name != "provider_key").Select(name => start.Read($"secrets/{name}")).ToArray();
        Assert.True(secrets.Length >= 4, $"Only {secrets.Length} secrets were seen.");
        Assert.All(secrets, secret => Assert.Matches("^[0-9a-f]{64}\\s*$", secret));
        Assert.Equal(secrets.Length, secrets.Distinct().Count());
        Assert.Equal("", start.Read("secrets/provider_key"));
        if (script == QuickStart.Shell)
        {
            // Containers run as other users: they read the files, and on this machine nobody else enters the folder.
            Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(start.PathOf("secrets")), 8));
            Assert.Equal("444", Convert.ToString((int)File.GetUnixFileMode(start.PathOf("secrets/database_password")), 8));
            Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(start.PathOf(".env")), 8));
        }
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Azure_is_asked_for_what_it_needs(string script)
    {
        using var start = new QuickStart(script);
        var (exitCode, output, errors) = await start.RunAsync("", input: "2\nhttps://x.openai.azure.com\ngpt-prod\nembed-prod\n0123456789abcdef0123456789abcdef\n");
        Assert.True(exitCode == 0, errors + output);
        Assert.Equal(
            new()
            {
                ["USE_AZURE_OPENAI"] = "true",
                ["AZURE_OPENAI_ENDPOINT"] = "https://x.openai.azure.com",
                ["AZURE_OPENAI_CHAT_DEPLOYMENT"] = "gpt-prod",
                ["AZURE_OPENAI_EMBEDDING_DEPLOYMENT"] = "embed-prod",
                ["AZURE_OPENAI_API_KEY_FILE"] = "/run/secrets/provider_key",
            },
            start.Settings());
        Assert.Equal("0123456789abcdef0123456789abcdef", start.Read("secrets/provider_key"));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Local_models_need_a_chat_model_and_then_fetch_the_embedder_once(string script)
    {
        using var start = new QuickStart(script);
        var without = await start.RunAsync("--mode local");
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("there is no chat model: put a GGUF file into ./models", without.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(start.PathOf(".env")));

        start.Write("models/tiny.gguf", "GGUF");
        var (exitCode, output, errors) = await start.RunAsync("--mode local");
        Assert.True(exitCode == 0, errors + output);
        Assert.Equal(new() { ["COMPOSE_FILE"] = ComposeFile.Local, ["COMPOSE_PROFILES"] = "llamacpp", ["LLM_MODEL_FILE"] = "tiny.gguf" }, start.Settings());
        Assert.Contains("compose run --rm --build models pull all-MiniLM-L6-v2", start.Calls);

        File.Delete(start.PathOf("calls"));
        Assert.Equal(0, (await start.RunAsync("--no-pull")).ExitCode);
        Assert.DoesNotContain(start.Calls, call => call.StartsWith("compose run", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(QuickStart.Shell, "down", "The Docker engine does not answer.")]
    [InlineData(QuickStart.PowerShell, "down", "The Docker engine does not answer.")]
    [InlineData(QuickStart.Shell, "plugin", "Docker has no Compose plugin.")]
    [InlineData(QuickStart.PowerShell, "plugin", "Docker has no Compose plugin.")]
    public async Task What_is_wrong_with_Docker_is_said_before_anything_is_made(string script, string fault, string words)
    {
        using var start = new QuickStart(script);
        var (exitCode, _, errors) = await start.RunAsync("--mode none", fault: fault);
        Assert.Equal(1, exitCode);
        Assert.StartsWith($"quick-start: {words}", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(start.PathOf(".env")) || Directory.Exists(start.PathOf("secrets")));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Without_Docker_it_says_how_to_get_it(string script)
    {
        using var start = new QuickStart(script, hasDocker: false);
        var (exitCode, _, errors) = await start.RunAsync("--mode none");
        Assert.Equal(1, exitCode);
        Assert.StartsWith("quick-start: Docker is not installed, or 'docker' is not on the PATH.", errors, StringComparison.Ordinal);
        Assert.Contains("https://docs.docker.com/get-docker/", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(start.PathOf(".env")));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task What_does_not_become_healthy_is_told_with_the_command_that_says_why(string script)
    {
        using var start = new QuickStart(script);
        var (exitCode, output, errors) = await start.RunAsync("--mode none", fault: "unhealthy");
        Assert.Equal(1, exitCode);
        Assert.Contains("'docker compose logs SERVICE' says why", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Synapse is ready", output, StringComparison.Ordinal);
        Assert.Contains("compose ps --all", start.Calls);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_missing_answer_and_another_mode_than_before_are_refused(string script)
    {
        using var start = new QuickStart(script);
        var unanswered = await start.RunAsync("--mode openai --no-start", input: "\n");
        Assert.Equal(1, unanswered.ExitCode);
        Assert.Contains("is needed: set OPENAI_API_KEY, or type it.", unanswered.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(start.PathOf(".env")));

        Assert.Equal(0, (await start.RunAsync("--mode none --no-start")).ExitCode);
        var other = await start.RunAsync("--mode openai --no-start");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("the file .env is for the mode none", other.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_options_of_the_shell_script_end_it_with_2()
    {
        using var start = new QuickStart(QuickStart.Shell);
        foreach (var options in (string[])["--mode", "--mode cloud", "--port x", "--colour red"])
        {
            Assert.Equal(2, (await start.RunAsync(options)).ExitCode);
        }

        var help = await start.RunAsync("--help");
        Assert.Equal(0, help.ExitCode);
        Assert.Contains("--no-start", help.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("set -euo", help.Output, StringComparison.Ordinal);
    }

    private static SortedDictionary<string, string> Made(QuickStart start)
        => new(Directory.EnumerateFiles(start.PathOf("secrets")).Append(start.PathOf(".env")).ToDictionary(file => file, File.ReadAllText));
}
