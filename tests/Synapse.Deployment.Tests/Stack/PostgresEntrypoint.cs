using Synapse.Deployment.Tests.Compose;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.PostgresServers;

namespace Synapse.Deployment.Tests.Stack;

/// <summary>What the image of PostgreSQL does before its first start: it makes a cluster, and runs the scripts that are mounted for it.</summary>
internal sealed class PostgresEntrypoint(ComposeService service, Container container, OwnNetwork network)
{
    private const string Scripts = "/docker-entrypoint-initdb.d/";
    private const string Data = "/var/lib/postgresql/data";

    /// <summary>Makes the cluster.</summary>
    /// <returns>The arguments that the image adds to the command.</returns>
    public async Task<string[]> PrepareAsync(CancellationToken cancellationToken)
    {
        var variables = container.Environment;
        var cluster = container.PathOf(service.Volumes.Single(volume => volume.Target == Data).Source);
        var sockets = Directory.CreateDirectory($"{cluster}-sockets").FullName;
        if (PostgresInstallation.Account is var (user, group))
        {
            await PostgresInstallation.RunAsync(["chown", $"{user}:{group}", cluster, sockets], cancellationToken);
        }

        await RunAsync(PostgresInstallation.Command("initdb", "-D", cluster, "-U", variables["POSTGRES_USER"], $"--pwfile={variables["POSTGRES_PASSWORD_FILE"]}", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"), variables);

        await File.AppendAllTextAsync(Path.Combine(cluster, "pg_hba.conf"), "host all all all scram-sha-256\n", cancellationToken);

        // Until all is made, nobody can connect but the scripts.
        await RunAsync(PostgresInstallation.Command("pg_ctl", "start", "-w", "-D", cluster, "-l", Path.Combine(sockets, "log"), "-o", $"-c listen_addresses= -c unix_socket_directories={sockets}"), variables);
        variables["PGHOST"] = sockets;
        variables["PATH"] = $"{PostgresInstallation.Require()}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (source, target, _) in service.Volumes.Where(volume => volume.Target.StartsWith(Scripts, StringComparison.Ordinal)))
        {
            Assert.EndsWith(".sh", target, StringComparison.Ordinal);
            await RunAsync([container.PathOf(source)], variables);
        }

        await RunAsync(PostgresInstallation.Command("pg_ctl", "stop", "-w", "-D", cluster, "-m", "fast"), variables);
        return ["-D", cluster, "-c", "listen_addresses=*", "-c", $"unix_socket_directories={sockets}"];
    }

    private async Task RunAsync(string[] command, Dictionary<string, string> variables)
    {
        var (exitCode, output, errors) = await Tool.RunAsync(variables, "/", null, network.Command(command));
        Assert.True(exitCode == 0, $"{string.Join(' ', command)}: {errors}{output}");
    }
}
