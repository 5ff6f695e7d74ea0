using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Synapse.Contracts;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Cli;

/// <summary><c>synapse serve</c> as a process: what it prints, how commands find it, how it stops and what is left when it is killed.</summary>
public sealed partial class ServeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_served_folder_is_asked_through_the_server_and_the_server_stops_by_signal()
    {
        var sample = SampleDocuments.WriteTo(_folder);
        using var server = await ServeAsync(sample);
        var status = (await CommandLineRun.StartAsync(Data, "status", "--json")).Json;
        Assert.Equal(server.Id, status.GetProperty("server").GetProperty("pid").GetInt32());

        var asked = await CommandLineRun.StartAsync(Data, "ask", SampleDocuments.Question, sample, "--json");
        Assert.Equal((0, ""), (asked.ExitCode, asked.Errors));

        var link = await CommandLineRun.StartAsync(Data, "sign-in");
        Assert.Matches(Link(), link.Output);

        var second = await CommandLineRun.StartAsync(Data, "serve", "--port", "0");
        Assert.Equal(2, second.ExitCode);
        Assert.Contains("in use by another Synapse process", second.Errors, StringComparison.Ordinal);

        Assert.Equal(0, Signal(server.Id, 15));
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, server.ExitCode);
        Assert.False(File.Exists(Path.Combine(Data, "server.json")));
    }

    [Fact]
    public async Task Nothing_of_the_runtime_of_models_is_loaded_where_no_model_needs_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.OnnxRuntime.dll")));
        using var server = await ServeAsync(SampleDocuments.WriteTo(_folder));
        var asked = await CommandLineRun.StartAsync(Data, "ask", SampleDocuments.Question, "--json");
        Assert.Equal(0, asked.ExitCode);

        var loaded = await File.ReadAllTextAsync($"/proc/{server.Id}/maps", TestContext.Current.CancellationToken);
        Assert.Contains("Synapse.LocalModels.dll", loaded, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("onnxruntime", loaded, StringComparison.OrdinalIgnoreCase);
        server.Kill();
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_change_in_a_served_folder_is_found_without_being_asked_for()
    {
        var sample = SampleDocuments.WriteTo(_folder);
        using var server = await ServeAsync(sample);
        var file = ServerFile.Read(new DataFolder(Data))!;
        using var client = new SynapseClient($"unix:{file.Socket}", (await File.ReadAllTextAsync(file.TokenFile, TestContext.Current.CancellationToken)).Trim());
        await FoundAsync(client, "notice period", "lease.md");
        _folder.Write("sample/new.md", "# Bicycles\n\nThe velocipede cellar is locked at midnight.\n");
        await FoundAsync(client, "velocipede cellar", "new.md");
        server.Kill();
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task No_secret_and_no_question_reaches_the_log_even_at_its_most_talkative()
    {
        using var server = await ServeAsync(SampleDocuments.WriteTo(_folder), "Trace");
        var log = server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var file = ServerFile.Read(new DataFolder(Data))!;
        var token = (await File.ReadAllTextAsync(file.TokenFile, TestContext.Current.CancellationToken)).Trim();
        using var client = new SynapseClient(file.Address!, token);
        await client.AnswerAsync(new AnswerRequest("Is the xylophone insured?"), TestContext.Current.CancellationToken);
        var link = new Uri((await client.CreateSignInLinkAsync(TestContext.Current.CancellationToken)).Url);
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        using var signedIn = await browser.GetAsync(link, TestContext.Current.CancellationToken);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split('=', ';')[1];
        using var wrong = await browser.GetAsync(link, TestContext.Current.CancellationToken);

        Assert.Equal(0, Signal(server.Id, 15));
        var text = await log;
        Assert.Contains("A browser signed in", text, StringComparison.Ordinal);
        foreach (var secret in new[] { token, cookie, link.Query.Split('=')[1], "xylophone" })
        {
            // Any eight characters of it in a row would be too many.
            for (var start = 0; start + 8 <= secret.Length; start++)
            {
                Assert.DoesNotContain(secret.Substring(start, 8), text, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task A_killed_server_is_not_in_the_way_of_the_next_command()
    {
        var sample = SampleDocuments.WriteTo(_folder);
        using (var server = await ServeAsync(sample))
        {
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(File.Exists(Path.Combine(Data, "server.json")));
        var asked = await CommandLineRun.StartAsync(Data, "ask", SampleDocuments.Question, sample, "--json");
        Assert.Equal((0, ""), (asked.ExitCode, asked.Errors));
    }

    // Asks again until the change is in; the test's own time limit ends a wait in vain.
    private static async Task FoundAsync(SynapseClient client, string query, string document)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await client.SearchAsync(new SearchRequest(query), TestContext.Current.CancellationToken)).Hits.All(hit => hit.Document != document))
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<Process> ServeAsync(string folder, string logLevel = "Information")
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(
            Path.Combine(Data, "appsettings.json"), $$"""{ "Synapse": { "Server": { "LogLevel": "{{logLevel}}" } } }""", TestContext.Current.CancellationToken);
        var server = CommandLineRun.Launch(Data, "serve", folder, "--port", "0");
        try
        {
            while (await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                if (Link().IsMatch(line))
                {
                    return server;
                }
            }

            throw new InvalidOperationException(await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
        catch
        {
            server.Kill();
            server.Dispose();
            throw;
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/sign-in\?token=[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}
