using System.Net;
using System.Net.Sockets;
using Synapse.Fakes;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Providers;

/// <summary>Local mode from outside: a <c>.env</c> file, the program as a process, and a server on loopback.</summary>
public sealed class LocalModeTests : IDisposable
{
    private const string Key = "lk-4vB8nQ2xW6zR9mT1";

    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llamacpp")]
    [InlineData("ollama")]
    public async Task A_question_gets_a_generated_answer_whose_citations_stand_in_the_folder(string dialect)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect, Key = Key });
        Prepare(fake, Key);
        var sample = SampleDocuments.WriteTo(_folder);

        var run = await RunAsync("ask", SampleDocuments.Question, sample, "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        CloudModeTests.AssertAnswered(run.Json, sample, "local-chat", "qwen", isLocal: true);
        Assert.Contains(fake.Requests, request => request.Kind == RequestKind.Embeddings && request.BodyText.Contains(SampleDocuments.Quote, StringComparison.Ordinal));
        var chat = fake.Requests.Last(request => request.Kind == RequestKind.Chat);
        Assert.Equal($"Bearer {Key}", chat.Header("Authorization"));
        Assert.Contains(SampleDocuments.Quote, chat.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_healthy_server_passes_its_check_and_a_wrong_key_is_named()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "llamacpp", Key = Key });
        Prepare(fake, Key);
        var healthy = await RunAsync("doctor", "local");
        Assert.Equal((0, ""), (healthy.ExitCode, healthy.Errors));
        Assert.Contains("It is llama.cpp.", healthy.Output, StringComparison.Ordinal);

        Prepare(fake, "lk-another-key-than-the-right");
        var wrong = await RunAsync("doctor", "local");
        Assert.Equal((1, ""), (wrong.ExitCode, wrong.Errors));
        Assert.Contains("The server does not accept the key.", wrong.Output, StringComparison.Ordinal);
        Assert.Contains("Do: Copy the key again into LOCAL_LLM_API_KEY", wrong.Output, StringComparison.Ordinal);
        CloudModeTests.AssertTame(wrong);
    }

    [Fact]
    public async Task A_dead_port_and_an_unknown_provider_are_named()
    {
        // Bound and not listening, so that nobody else can take it.
        using var dead = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        dead.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _folder.Write("work/.env", ModeSettings.Local($"http://127.0.0.1:{((IPEndPoint)dead.LocalEndPoint!).Port}", null));

        var run = await RunAsync("doctor", "local", "--json");
        Assert.Equal((1, ""), (run.ExitCode, run.Errors));
        var failed = run.Json.GetProperty("steps").EnumerateArray().First(step => step.GetProperty("outcome").GetString() == "failed");
        Assert.Equal(("address", "connection_refused"), (failed.GetProperty("name").GetString(), failed.GetProperty("code").GetString()));
        CloudModeTests.AssertTame(run);

        var unknown = await RunAsync("doctor", "azure");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("azure", unknown.Errors, StringComparison.Ordinal);
        CloudModeTests.AssertTame(unknown);
    }

    [Theory]
    [InlineData("rst-after-n")]
    [InlineData("error-mid")]
    public async Task An_answer_that_breaks_off_is_shown_as_far_as_it_came_and_called_interrupted(string scenario)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "llamacpp", Key = Key });

        // The first sentence and two words more.
        fake.SetScenario(RequestKind.Chat, $"{scenario}?n={SampleDocuments.Quote.Split(' ').Length + 3}");
        Prepare(fake, Key);

        var run = await RunAsync("ask", $"{SampleDocuments.Question} Who gives notice in writing?", SampleDocuments.WriteTo(_folder));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(SampleDocuments.Quote.TrimEnd('.'), run.Output, StringComparison.Ordinal);
        Assert.Contains("lease.md:5", run.Output, StringComparison.Ordinal);
        Assert.Contains("The answer was interrupted: ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("'local-chat'", run.Errors, StringComparison.Ordinal);
        CloudModeTests.AssertTame(run);
    }

    [Theory]
    [InlineData("serve", "--port", "0")]
    [InlineData("ask", "anything?")]
    public async Task All_faults_of_the_settings_come_together_each_with_its_cure(params string[] command)
    {
        _folder.Write("work/.env", $"USE_AZURE_OPENAI=true\nAZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com/openai/deployments/gpt\nAZURE_OPENAI_API_KEY={CloudNetwork.AzureKey}\nAZURE_OPENAI_USE_ENTRA=true\n"
            + "AZURE_OPENAI_CHAT_DEPLOYMENT=gpt 5\nAZURE_OPENAI_API_VERSION=soon\nAZURE_TENANT_ID=contoso\nSYNAPSE__EGRESS__LEDGERDAYS=0\n");

        var run = await RunAsync(command);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        foreach (var key in new[] { "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_CHAT_DEPLOYMENT", "AZURE_OPENAI_API_VERSION", "AZURE_TENANT_ID", "Synapse:Egress:LedgerDays" })
        {
            // A fault: its key, what is wrong, and after that sentence what to do.
            Assert.Matches($@"(?m)^.*{key}: .+\. [A-Z].+$", run.Errors);
        }

        CloudModeTests.AssertTame(run);
    }

    private void Prepare(FakeProvider fake, string key) => _folder.Write("work/.env", ModeSettings.Local(fake.Address.AbsoluteUri.TrimEnd('/'), key));

    private Task<CommandLineRun> RunAsync(params string[] arguments)
    {
        _folder.CreateFolder("work");
        return CommandLineRun.StartInAsync(Path.Combine(_folder.Path, "work"), Data, arguments);
    }
}
