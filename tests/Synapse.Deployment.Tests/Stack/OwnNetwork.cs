using System.Diagnostics;
using System.Globalization;
using Synapse.Deployment.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Stack;

/// <summary>
/// A network, and a space of processes, that have nothing but themselves: loopback, with the addresses that a Compose file gives to its services. All that
/// was started in it ends with it, and it ends with whoever made it, a killed process included.
/// </summary>
internal sealed class OwnNetwork : IAsyncDisposable
{
    // The pipe is the lifeline: when it closes, the first process ends, and the system ends all the others with it.
    private const string FirstProcess = """
        ip link set lo up || exit 1
        for address; do ip addr add "$address/32" dev lo || exit 1; done
        echo ready
        cat >/dev/null
        """;

    private readonly Process _holder;

    private OwnNetwork(Process holder) => _holder = holder;

    /// <summary>Makes one. Skips the test where the system does not allow it; in CI, fails it.</summary>
    public static async Task<OwnNetwork> CreateAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var ci = Environment.GetEnvironmentVariable("CI") == "true";
        Assert.SkipUnless(ci || (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess), "Networks of one's own are made on Linux, as root.");
        var holder = Process.Start(Tool.Describe(
            new Dictionary<string, string>(), "/", ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", FirstProcess, "sh", .. addresses]))!;
        var network = new OwnNetwork(holder);
        if (await holder.StandardOutput.ReadLineAsync(cancellationToken) != "ready")
        {
            var errors = await holder.StandardError.ReadToEndAsync(cancellationToken);
            await network.DisposeAsync();
            Assert.SkipUnless(ci, $"This system does not let a network be made: {errors}");
            Assert.Fail(errors);
        }

        return network;
    }

    /// <summary>What starts a command inside.</summary>
    public string[] Command(params string[] command)
    {
        var spaces = $"/proc/{_holder.Id}/ns";
        return ["nsenter", $"--net={spaces}/net", $"--mount={spaces}/mnt", $"--pid={spaces}/pid_for_children", "--", .. command];
    }

    /// <summary>Names of its interfaces.</summary>
    public async Task<IReadOnlyList<string>> ListInterfacesAsync(CancellationToken cancellationToken)
        => [.. (await File.ReadAllLinesAsync($"/proc/{_holder.Id}/net/dev", cancellationToken)).Skip(2).Select(line => line.Split(':')[0].Trim())];

    /// <summary>How many packets were to go where no way leads.</summary>
    public async Task<long> CountRefusedAsync(CancellationToken cancellationToken)
    {
        var lines = (await File.ReadAllLinesAsync($"/proc/{_holder.Id}/net/snmp", cancellationToken)).Where(line => line.StartsWith("Ip:", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToArray();
        return long.Parse(lines[1][Array.IndexOf(lines[0], "OutNoRoutes")], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync(CancellationToken.None);
        _holder.Dispose();
    }
}
