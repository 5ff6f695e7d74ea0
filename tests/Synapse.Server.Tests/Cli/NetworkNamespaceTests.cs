using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Synapse.Contracts;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Cli;

/// <summary>The program in a network of its own that has loopback and nothing else: what works there needs no other machine.</summary>
public sealed partial class NetworkNamespaceTests : IDisposable
{
    private const string LoopbackOnly = "ip link set lo up && exec \"$@\"";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_is_indexed_and_asked_without_any_network()
    {
        await RequireNamespacesAsync();
        var sample = SampleDocuments.WriteTo(_folder);

        using var process = Launch("ask", SampleDocuments.Question, sample, "--json");
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        var answer = JsonDocument.Parse(await process.StandardOutput.ReadToEndAsync(Cancel)).RootElement;
        await process.WaitForExitAsync(Cancel);

        Assert.Equal((0, ""), (process.ExitCode, await errors));
        Assert.Equal(SampleDocuments.Quote, answer.GetProperty("citations")[0].GetProperty("quote").GetString());
        Assert.True(answer.GetProperty("citations")[0].GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task A_server_in_offline_mode_works_without_any_network_and_says_its_mode()
    {
        await RequireNamespacesAsync();
        var sample = SampleDocuments.WriteTo(_folder);
        using var process = Launch("serve", sample, "--port", "0");
        try
        {
            while (await process.StandardOutput.ReadLineAsync(Cancel) is { } line && !Link().IsMatch(line))
            {
            }

            // A Unix socket is a file, and so crosses the border that no packet can.
            var file = ServerFile.Read(new DataFolder(Data));
            Assert.NotNull(file);
            using var client = new SynapseClient($"unix:{file.Socket}", (await File.ReadAllTextAsync(file.TokenFile, Cancel)).Trim());
            Assert.True((await client.GetHealthAsync(Cancel)).Offline);
            foreach (var job in (await client.ListJobsAsync(cancellationToken: Cancel)).Jobs)
            {
                await foreach (var state in client.FollowJobAsync(job.Id, Cancel))
                {
                    Assert.Null(state.ErrorMessage);
                }
            }

            var answer = await client.AnswerAsync(new AnswerRequest(SampleDocuments.Question), Cancel);
            Assert.Equal(SampleDocuments.Quote, answer.Citations[0].Quote);
            var egress = await client.ListEgressAsync(cancellationToken: Cancel);
            Assert.Equal((true, 0, 0), (egress.Offline, egress.Entries.Count, egress.Totals.Count));

            Assert.Equal(0, Signal(process.Id, 15));
            await process.WaitForExitAsync(Cancel);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Sees that a namespace can be made, and that it really holds loopback alone; else the runs above would prove nothing.</summary>
    private static async Task RequireNamespacesAsync()
    {
        var start = new ProcessStartInfo("unshare", ["-rn", "sh", "-c", LoopbackOnly, "sh", "cat", "/proc/net/dev"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        string output;
        try
        {
            using var process = Process.Start(start)!;
            output = await process.StandardOutput.ReadToEndAsync(Cancel);
            await process.WaitForExitAsync(Cancel);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            output = "";
            TestContext.Current.SendDiagnosticMessage("unshare: {0}", missing.Message);
        }

        if (output.Length == 0 && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip("This system does not let an ordinary user make a network namespace (unshare -rn).");
        }

        // Two lines of headings, then one line for each interface.
        var interfaces = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2).Select(line => line.Split(':')[0].Trim()).ToArray();
        Assert.Contains("lo", interfaces);
        Assert.DoesNotContain(interfaces, name => name.StartsWith("eth", StringComparison.Ordinal) || name.StartsWith("en", StringComparison.Ordinal) || name.StartsWith("wl", StringComparison.Ordinal));
    }

    private Process Launch(params string[] arguments)
    {
        var dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        var start = new ProcessStartInfo(
            "unshare", ["-rn", "sh", "-c", LoopbackOnly, "sh", dotnet, "exec", Path.Combine(AppContext.BaseDirectory, "Synapse.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["SYNAPSE_DATA"] = Data;
        start.Environment["SYNAPSE_OFFLINE"] = "true";
        start.Environment.Remove("PORT");
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/sign-in\?token=")]
    private static partial Regex Link();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}
