using System.Text.Json;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Providers;

/// <summary>The cloud modes from outside: a <c>.env</c> file, the program as a process, and servers under the clouds' own names.</summary>
public sealed class CloudModeTests(CloudNetwork clouds) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("openai", "openai", "api.openai.com:443", "gpt-4o-mini")]
    [InlineData("azure v1", "azure", "contoso.openai.azure.com:443", "gpt-prod")]
    [InlineData("azure dated", "azure", "contoso.openai.azure.com:443", "gpt-prod")]
    [InlineData("azure entra", "azure", "contoso.openai.azure.com:443", "gpt-prod")]
    [InlineData("azure entra dated", "azure", "contoso.openai.azure.com:443", "gpt-prod")]
    public async Task A_question_gets_a_generated_answer_whose_citations_stand_in_the_folder(string mode, string provider, string host, string model)
    {
        var (text, isDated) = ModeSettings.Of(mode);
        Prepare(text, clouds.Settings(isDated));
        var sample = SampleDocuments.WriteTo(_folder);

        var run = await RunAsync("ask", SampleDocuments.Question, sample, "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        AssertAnswered(run.Json, sample, provider, model, isLocal: false);

        // Documents and question were embedded there too, and the ledger shows what went.
        var ledger = (await RunAsync("egress", "--json", "--limit", "50")).Json;
        var purposes = ledger.GetProperty("entries").EnumerateArray()
            .Where(entry => entry.GetProperty("host").GetString() == host)
            .Select(entry => $"{entry.GetProperty("purpose").GetString()}: {entry.GetProperty("documents").GetArrayLength() > 0}")
            .ToHashSet();
        Assert.Superset(new HashSet<string> { "chat: True", "embedding: True" }, purposes);
        Assert.All(ledger.GetProperty("entries").EnumerateArray(), entry => Assert.Equal(200, entry.GetProperty("status").GetInt32()));
        Assert.Equal(mode.Contains("entra", StringComparison.Ordinal), ledger.GetProperty("totals").EnumerateArray().Any(total => total.GetProperty("host").GetString() == "login.microsoftonline.com:443"));
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("azure dated")]
    [InlineData("azure entra")]
    public async Task A_healthy_provider_passes_its_check(string mode)
    {
        var (text, isDated) = ModeSettings.Of(mode);
        Prepare(text, clouds.Settings(isDated));

        var run = await RunAsync("doctor", mode.Split(' ')[0]);

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains("All is well.", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", run.Output, StringComparison.Ordinal);
        AssertTame(run);
    }

    // The last line of a name counts less than the first: what is changed stands in front.
    [Theory]
    [InlineData("openai", "OPENAI_API_KEY=sk-proj-0000000000000000wrong", false, "chat", "wrong_key", "OPENAI_API_KEY")]
    [InlineData("openai", "MODEL_CHAT=gpt-4o-nano", false, "chat", "model_not_found", "MODEL_CHAT")]
    [InlineData("openai", "", true, "address", "connection_refused", "")]
    [InlineData("azure v1", "AZURE_OPENAI_API_KEY=00000000000000000000000000000000", false, "chat", "wrong_key", "AZURE_OPENAI_API_KEY")]
    [InlineData("azure dated", "AZURE_OPENAI_CHAT_DEPLOYMENT=gpt-test", false, "chat", "deployment_not_found", "AZURE_OPENAI_CHAT_DEPLOYMENT")]
    [InlineData("azure v1", "AZURE_OPENAI_API_VERSION=2024-10-21", false, "chat", "wrong_api_version", "AZURE_OPENAI_API_VERSION")]
    [InlineData("azure entra", "AZURE_CLIENT_SECRET=another-secret-than-the-right-one", false, "sign-in", "sign_in_refused", "AZURE_CLIENT_SECRET")]
    [InlineData("azure dated", "", true, "address", "connection_refused", "")]
    public async Task A_fault_is_named_with_its_cure(string mode, string change, bool isDead, string step, string code, string setting)
    {
        var (text, isDated) = ModeSettings.Of(mode);
        Prepare(Changed(text, change), clouds.Settings(isDated, isDead));

        var run = await RunAsync("doctor", mode.Split(' ')[0], "--json");

        Assert.Equal((1, ""), (run.ExitCode, run.Errors));
        Assert.False(run.Json.GetProperty("healthy").GetBoolean());
        var failed = run.Json.GetProperty("steps").EnumerateArray().First(item => item.GetProperty("outcome").GetString() == "failed");
        Assert.Equal((step, code), (failed.GetProperty("name").GetString(), failed.GetProperty("code").GetString()));
        Assert.False(string.IsNullOrWhiteSpace(failed.GetProperty("cure").GetString()));
        Assert.Contains(setting, $"{failed.GetProperty("finding").GetString()} {failed.GetProperty("cure").GetString()}", StringComparison.Ordinal);
        AssertTame(run);
    }

    [Theory]
    [InlineData("openai", "OPENAI_API_KEY=sk-proj-0000000000000000wrong", false)]
    [InlineData("azure entra", "AZURE_CLIENT_SECRET=another-secret-than-the-right-one", false)]
    [InlineData("azure v1", "", true)]
    public async Task A_question_to_a_provider_that_fails_says_so_in_words(string mode, string change, bool isDead)
    {
        var (text, isDated) = ModeSettings.Of(mode);
        Prepare(Changed(text, change).Replace("MODEL_EMBEDDING", "#", StringComparison.Ordinal).Replace("AZURE_OPENAI_EMBEDDING_DEPLOYMENT", "#", StringComparison.Ordinal), clouds.Settings(isDated, isDead));

        var run = await RunAsync("ask", SampleDocuments.Question, SampleDocuments.WriteTo(_folder));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains($"'{mode.Split(' ')[0]}'", run.Errors, StringComparison.Ordinal);
        AssertTame(run);
    }

    /// <summary>Checks a generated answer to the sample question, and each quote against the file that it cites.</summary>
    internal static void AssertAnswered(JsonElement answer, string sample, string provider, string model, bool isLocal)
    {
        Assert.True(answer.GetProperty("found").GetBoolean());
        Assert.Equal("complete", answer.GetProperty("finish").GetString());
        var writer = answer.GetProperty("model");
        Assert.Equal((provider, model, isLocal), (writer.GetProperty("provider").GetString(), writer.GetProperty("model").GetString(), writer.GetProperty("isLocal").GetBoolean()));
        var sentences = answer.GetProperty("sentences").EnumerateArray().ToArray();
        Assert.NotEmpty(sentences);
        Assert.All(sentences, sentence => Assert.Equal("verified", sentence.GetProperty("support").GetString()));
        var citations = answer.GetProperty("citations").EnumerateArray().ToArray();
        Assert.Contains(citations, citation => citation.GetProperty("quote").GetString()!.Contains(SampleDocuments.Quote, StringComparison.Ordinal));
        foreach (var citation in citations)
        {
            Assert.True(citation.GetProperty("verified").GetBoolean());
            var lines = File.ReadAllLines(Path.Combine(sample, citation.GetProperty("document").GetString()!));
            var (first, last) = (citation.GetProperty("startLine").GetInt32(), citation.GetProperty("endLine").GetInt32());
            Assert.Contains(citation.GetProperty("quote").GetString()!, string.Join('\n', lines[(first - 1)..last]), StringComparison.Ordinal);
        }
    }

    /// <summary>No stack trace, and no key.</summary>
    internal static void AssertTame(CommandLineRun run)
    {
        foreach (var text in new[] { run.Output, run.Errors })
        {
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
            Assert.All([CloudNetwork.OpenAIKey, CloudNetwork.AzureKey, CloudNetwork.ClientSecret, "another-secret-than-the-right-one"], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }
    }

    private static string Changed(string settings, string change)
    {
        var name = change.Split('=')[0];
        return $"{string.Join('\n', settings.Split('\n').Where(line => name.Length == 0 || !line.StartsWith($"{name}=", StringComparison.Ordinal)))}\n{change}\n";
    }

    private void Prepare(string variables, string settings)
    {
        clouds.Require();
        _folder.Write("work/.env", variables);
        _folder.Write("data/appsettings.json", settings);
    }

    private Task<CommandLineRun> RunAsync(params string[] arguments)
        => CommandLineRun.CompleteAsync(clouds.Enter(CommandLineRun.Describe(Path.Combine(_folder.Path, "work"), Data, arguments)));
}
