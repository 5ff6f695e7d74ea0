using System.Text.Json;
using Synapse.Deployment.Tests.Compose;
using Synapse.ModelServers.Tests.TestSupport.Gguf;
using Synapse.Server.Tests.TestSupport;
using Synapse.TinyModels;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]

namespace Synapse.Deployment.Tests.Stack;

/// <summary>The local deployment as its Compose file describes it, with real servers and tiny models, in a network that has no way out.</summary>
public sealed class LocalStackTests : IDisposable
{
    private const string Question = "How long is your notice period?";
    private const string Handbook = "# Notice\n\nAccording to the contract, your notice period is forty-two days.\n\n# Vacation\n\nEvery employee has thirty days of vacation.\n";
    private const string Said = "According to the documents, your notice period is forty-two days. [1]";

    // What the chat model says; U+2581 is a space.
    private static readonly string[] s_sentence = ["▁According", "▁to", "▁the", "▁documents", ",", "▁your", "▁notice", "▁period", "▁is", "▁forty", "-", "two", "▁days", "▁[1]", "."];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 300_000)]
    public async Task The_services_start_in_order_become_healthy_and_answer_with_citations_and_no_packet_is_refused()
    {
        var file = ComposeFile.Read(ComposeFile.Local);
        Prepare(file);
        await using var stack = await NativeStack.StartAsync(file, "llamacpp", _folder.Path, TestContext.Current.CancellationToken);
        Assert.Equal("synapse", stack.Started[^1].Service);
        Assert.Equal(["embedding", "llamacpp", "postgres", "synapse"], stack.Started.Select(started => started.Service).Order(StringComparer.Ordinal));
        stack.Started.ForEach(started => TestContext.Current.SendDiagnosticMessage("{0} was healthy after {1:0} ms", started.Service, started.Healthy.TotalMilliseconds));

        var indexed = (await stack.ReadAsync("synapse", "synapse", "index", "/documents", "--json")).GetProperty("sources")[0];
        Assert.Equal((1, 0), (indexed.GetProperty("files").GetInt32(), indexed.GetProperty("skipped").EnumerateObject().Count()));
        var hits = (await stack.ReadAsync("synapse", "synapse", "search", "notice period", "--json")).GetProperty("hits");
        Assert.Equal("handbook.md", hits[0].GetProperty("document").GetString());
        await AssertAnsweredAsync(stack);
        await AssertStayedAsync(stack);

        // That the counter counts is seen last.
        Assert.Equal(0, await stack.Network.CountRefusedAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["lo"], await stack.Network.ListInterfacesAsync(TestContext.Current.CancellationToken));
        Assert.NotEqual(0, (await stack.ExecuteAsync("synapse", "curl", "--silent", "--max-time", "5", "http://192.0.2.1/")).ExitCode);
        Assert.Equal(1, await stack.Network.CountRefusedAsync(TestContext.Current.CancellationToken));
    }

    private static async Task AssertAnsweredAsync(NativeStack stack)
    {
        var answer = await stack.ReadAsync("synapse", "synapse", "ask", Question, "--json");
        Assert.Equal(Said, answer.GetProperty("answer").GetString()!.Trim());
        Assert.Contains("local", answer.GetProperty("model").ToString(), StringComparison.Ordinal);
        var citation = answer.GetProperty("citations")[0];
        Assert.Equal(("handbook.md", true), (citation.GetProperty("document").GetString(), citation.GetProperty("verified").GetBoolean()));
        Assert.Contains("your notice period is forty-two days.", citation.GetProperty("quote").GetString(), StringComparison.Ordinal);
        Assert.Equal("all-MiniLM-L6-v2", Collection(await stack.ReadAsync("synapse", "synapse", "status", "--json")).GetProperty("embeddingModel").GetString());
    }

    // Everything was asked at the addresses of the file, and the database is one that another server could share.
    private static async Task AssertStayedAsync(NativeStack stack)
    {
        var doctor = await stack.ReadAsync("synapse", "synapse", "doctor", "--json");
        Assert.True(doctor.GetProperty("healthy").GetBoolean(), doctor.ToString());

        var egress = await stack.ReadAsync("synapse", "synapse", "egress", "--limit", "100", "--json");
        Assert.True(egress.GetProperty("offline").GetBoolean());
        var totals = egress.GetProperty("totals").EnumerateArray().ToArray();
        Assert.Equal(["embedding:8081", "llm:8080"], totals.Select(total => total.GetProperty("host").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(totals, total => Assert.Equal(("private", 0), (total.GetProperty("reach").GetString(), total.GetProperty("refused").GetInt32())));

    }

    private static JsonElement Collection(JsonElement status) => status.GetProperty("collections")[0];

    // What quick-start and the operator put there: secrets, models, documents.
    private void Prepare(ComposeFile file)
    {
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var secret in file.Section("secrets").Keys.Cast<string>())
        {
            _folder.Write($"secrets/{secret}", $"{secret.Length}-secret-of-{secret.Replace('_', '-')}-0123456789\n");
        }

        _folder.Write("documents/handbook.md", Handbook);
        _folder.CreateFolder("models");
        LlamaModel.WriteFixed(Path.Combine(_folder.Path, "models", "model.gguf"), s_sentence, contextTokens: 8_192);
        TinyModelFolder.WriteSentenceModel(Path.Combine(_folder.Path, "embedding-models", "all-MiniLM-L6-v2"), new EncoderShape(Positions: 256));
    }
}
