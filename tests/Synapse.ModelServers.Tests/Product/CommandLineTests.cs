using System.Diagnostics;
using System.Text.Json;
using Synapse.ModelServers.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.ModelServers.Tests.Product;

/// <summary>The real program as processes, <c>synapse serve</c> and commands beside it, before real servers: what is printed, and with which exit code?</summary>
public sealed class CommandLineTests(TinyModels models) : IDisposable
{
    private const string Key = "right-key-0123456789abcdef";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_served_folder_is_answered_from_and_all_that_was_sent_stayed_on_this_machine()
    {
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token, "--api-key", Key);
        await using var embedder = await LlamaServer.StartAsync(models.Embedder, Token, "--embedding");
        _folder.Write("data/.env", RunningProduct.Lines([.. RunningProduct.Models(chat, embedder), $"LOCAL_LLM_API_KEY={Key}"]));
        _folder.Write("handbook/handbook.md", RunningProduct.Handbook);
        var handbook = Path.Combine(_folder.Path, "handbook");
        using var server = await ServeAsync(handbook);
        try
        {
            var asked = await CommandLineRun.StartAsync(Data, "ask", RunningProduct.Question, handbook, "--json");
            Assert.Equal((0, ""), (asked.ExitCode, asked.Errors));
            Assert.Equal("verified", asked.Json.GetProperty("sentences")[0].GetProperty("support").GetString());
            Assert.Equal("tiny-chat", asked.Json.GetProperty("model").GetProperty("model").GetString());

            var said = await CommandLineRun.StartAsync(Data, "ask", RunningProduct.Question);
            Assert.StartsWith("According to the documents, your notice period is forty-two days. [1]", said.Output, StringComparison.Ordinal);
            Assert.Contains("handbook.md:3", said.Output, StringComparison.Ordinal);
            Assert.Contains("Written by tiny-chat (local-chat, local)", said.Output, StringComparison.Ordinal);

            await AssertEgressAsync(chat, embedder);
            await AssertHealthyAsync();
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task The_doctor_names_a_wrong_key_and_a_dead_server_and_ends_with_1()
    {
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token, "--api-key", Key);
        await using var embedder = await LlamaServer.StartAsync(models.Embedder, Token, "--embedding");
        await embedder.KillAsync(Token);
        const string Wrong = "wrong-key-0123456789abcdef";
        _folder.Write("data/.env", RunningProduct.Lines([.. RunningProduct.Models(chat, embedder), $"LOCAL_LLM_API_KEY={Wrong}"]));

        var run = await CommandLineRun.StartAsync(Data, "doctor", "local");

        Assert.Equal((1, ""), (run.ExitCode, run.Errors));
        Assert.Contains("✓ ok       server       It is llama.cpp.", run.Output, StringComparison.Ordinal);
        Assert.Contains("✗ failed   chat         The server does not accept the key.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Do: Copy the key again into LOCAL_LLM_API_KEY", run.Output, StringComparison.Ordinal);
        Assert.Contains($"✗ failed   address      Nothing listens at 127.0.0.1:{embedder.Address.Port}.", run.Output, StringComparison.Ordinal);
        Assert.Contains("- skipped  embedding", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("2 steps failed. Do what is said above, and run this again.\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrong, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_chat_server_ends_a_question_with_3_and_a_clear_message()
    {
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token);
        await chat.KillAsync(Token);
        _folder.Write("data/.env", RunningProduct.Lines(RunningProduct.Models(chat)));
        _folder.Write("handbook/handbook.md", RunningProduct.Handbook);

        var asked = await CommandLineRun.StartAsync(Data, "ask", RunningProduct.Question, Path.Combine(_folder.Path, "handbook"));

        Assert.Equal(3, asked.ExitCode);
        Assert.Contains("local-chat is not answering, retrying (1 s)", asked.Errors, StringComparison.Ordinal);
        Assert.Contains("The model provider 'local-chat' cannot be reached", asked.Errors, StringComparison.Ordinal);
        Assert.Equal("", asked.Output);
        Assert.Equal(0, (await CommandLineRun.StartAsync(Data, "ask", RunningProduct.Question, "--extractive")).ExitCode);
    }

    private async Task AssertEgressAsync(LlamaServer chat, LlamaServer embedder)
    {
        var egress = (await CommandLineRun.StartAsync(Data, "egress", "--limit", "100", "--json")).Json;
        Assert.True(egress.GetProperty("offline").GetBoolean());
        Assert.Equal(
            new[] { chat.Address.Authority, embedder.Address.Authority }.Order(),
            egress.GetProperty("totals").EnumerateArray().Select(total => total.GetProperty("host").GetString()!).Order());
        var entries = egress.GetProperty("entries").EnumerateArray().ToArray();
        Assert.All(entries, entry => Assert.Equal("loopback", entry.GetProperty("reach").GetString()));
        Assert.All(entries, entry => Assert.Equal("completed", entry.GetProperty("outcome").GetString()));
        Assert.Equal(["chat", "discovery", "embedding"], entries.Select(entry => entry.GetProperty("purpose").GetString()!).Distinct().Order());
        foreach (var purpose in (string[])["chat", "embedding"])
        {
            Assert.Contains(entries, entry => entry.GetProperty("purpose").GetString() == purpose && Documents(entry).SequenceEqual(["handbook.md"]));
        }

        Assert.All(entries.Where(entry => entry.GetProperty("purpose").GetString() == "discovery"), entry => Assert.Empty(Documents(entry)));
        var printed = await CommandLineRun.StartAsync(Data, "egress");
        Assert.StartsWith("Offline mode: only this machine and listed private addresses can be reached.", printed.Output, StringComparison.Ordinal);
        Assert.Contains($"{chat.Address.Authority}  on this machine:", printed.Output, StringComparison.Ordinal);
    }

    private async Task AssertHealthyAsync()
    {
        var doctor = await CommandLineRun.StartAsync(Data, "doctor", "local");
        Assert.Equal((0, ""), (doctor.ExitCode, doctor.Errors));
        Assert.Contains("✓ ok       chat         'tiny-chat' answers; its first token came after", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("✓ ok       embedding    'tiny-embedder' embeds into 384 numbers, of unit length.", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("✓ ok       collections  The embeddings of 1 collections fit.", doctor.Output, StringComparison.Ordinal);
        Assert.EndsWith("All is well.\n", doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, doctor.Output, StringComparison.Ordinal);
    }

    private static string?[] Documents(JsonElement entry) => [.. entry.GetProperty("documents").EnumerateArray().Select(document => document.GetProperty("path").GetString())];

    private async Task<Process> ServeAsync(string folder)
    {
        var server = CommandLineRun.Launch(Data, "serve", folder, "--port", "0");
        try
        {
            var errors = server.StandardError.ReadToEndAsync(Token);
            while (await server.StandardOutput.ReadLineAsync(Token) is { } line)
            {
                if (line.Contains("/sign-in?token=", StringComparison.Ordinal))
                {
                    return server;
                }
            }

            throw new InvalidOperationException(await errors);
        }
        catch
        {
            server.Kill();
            server.Dispose();
            throw;
        }
    }
}
