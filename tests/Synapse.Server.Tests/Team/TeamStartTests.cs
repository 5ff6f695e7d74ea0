using System.Diagnostics;
using Synapse.Errors;
using Synapse.PostgresServers;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Team;

/// <summary>What stops a start on a database, in which words and with which exit code.</summary>
public sealed class TeamStartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_without_its_database_ends_at_once_and_says_why()
    {
        var run = await RunAsync("postgres://synapse:hidden-word@127.0.0.1:1/synapse", "search", "anything");
        Assert.Equal(3, run.ExitCode);
        Assert.Equal("synapse: The store 'postgres://127.0.0.1:1/synapse' cannot be used: the server cannot be reached (ConnectionRefused).\n", run.Errors);

        var doctor = await RunAsync("postgres://synapse:hidden-word@127.0.0.1:1/synapse", "doctor", "--json");
        var step = doctor.Json.GetProperty("steps")[0];
        Assert.Equal((1, "store_unavailable", "failed"), (doctor.ExitCode, step.GetProperty("code").GetString(), step.GetProperty("outcome").GetString()));
        Assert.DoesNotContain("hidden-word", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_extension_database_and_schema_are_each_named_with_their_cure()
    {
        var server = await PostgresServer.SharedAsync();
        await using var database = await server.CreateDatabaseAsync(Cancel);
        await AssertRefusedAsync(database.Url.Replace("synapse:", "synapse:not", StringComparison.Ordinal), "the password or the user is wrong. Set DATABASE_URL or DATABASE_PASSWORD_FILE anew.");
        await AssertRefusedAsync(database.Url + "x", "Make it with CREATE DATABASE, or correct DATABASE_URL.");

        await using var bare = await server.CreateDatabaseAsync(Cancel, withVector: false);
        await AssertRefusedAsync(bare.Url, "Let a superuser run in this database: CREATE EXTENSION vector.");

        Assert.Equal(0, (await RunAsync(database.Url, "status")).ExitCode);
        await database.ExecuteAsync("UPDATE synapse.schema_version SET version = 99", Cancel);
        await AssertRefusedAsync(database.Url, "has schema 99; this program knows schemas up to 1. Use the newer program");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_server_waits_for_a_database_that_starts_later_and_says_so()
    {
        await using var postgres = await PostgresServer.StartAsync(new PostgresServerOptions { IsDurable = true }, TestContext.Current.CancellationToken);
        await using var database = await postgres.CreateDatabaseAsync(Cancel);
        await postgres.StopAsync("fast", Cancel);
        using var process = Process.Start(Describe(database.Url, "serve", "--port", "0"))!;
        try
        {
            Assert.Contains("cannot be reached (ConnectionRefused). It may be starting; waiting for it for up to 00:01:00", await process.StandardError.ReadLineAsync(Cancel), StringComparison.Ordinal);
            await postgres.StartAsync(Cancel);
            Assert.StartsWith("Synapse listens on http://127.0.0.1:", await process.StandardOutput.ReadLineAsync(Cancel), StringComparison.Ordinal);

            // A second server on the same data folder would mix token and address with the first.
            var second = await CommandLineRun.CompleteAsync(Describe(database.Url, "serve", "--port", "0"));
            Assert.Equal(2, second.ExitCode);
            Assert.Contains("in use by another Synapse process", second.Errors, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_database_that_does_not_come_in_time_stops_the_start()
    {
        _folder.Write("data/appsettings.json", """{"DATABASE_URL":"postgres://synapse@127.0.0.1:1/synapse","Synapse":{"Postgres":{"StartTimeout":"00:00:01"}}}""");
        await using var app = SynapseServer.Build(new ServerOptions { DataFolder = new DataFolder(Path.Combine(_folder.Path, "data")), Port = 0, LogLevel = Microsoft.Extensions.Logging.LogLevel.Critical });
        await Assert.ThrowsAsync<StoreUnavailableException>(() => SynapseServer.StartAsync(app, Cancel));
    }

    [Fact]
    public async Task A_restart_of_the_database_by_force_does_not_stop_a_server_that_just_starts()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        var starting = TeamServer.StartAsync(database, _folder, "data");
        await database.TerminateBackendsAsync(Cancel);
        await using var server = await starting;
        Assert.Equal("ok", (await server.Client.GetHealthAsync(Cancel)).Status);
    }

    [Theory]
    [InlineData("postgres://synapse@db.example.com/synapse", null, "unencrypted", "sslmode=verify-full")]
    [InlineData("postgres://synapse@db.example.com/synapse?sslmode=verify-full", "true", "dns", "Synapse:Egress:Hosts:db.example.com")]
    [InlineData("postgres://synapse@93.184.215.14/synapse?sslmode=require", "true", "offline", "start without SYNAPSE_OFFLINE")]
    [InlineData("postgres://synapse@127.0.0.1,93.184.215.14:5433/synapse?sslmode=require", "true", "offline", "start without SYNAPSE_OFFLINE")]
    [InlineData("postgres://synapse@169.254.169.254/synapse", null, "forbidden_address", "Correct the host")]
    public void A_database_that_the_policy_refuses_stops_the_start_with_rule_and_cure(string url, string? offline, string rule, string cure)
    {
        _folder.Write("data/appsettings.json", $$$"""{"DATABASE_URL":"{{{url}}}","SYNAPSE_OFFLINE":"{{{offline}}}","Synapse":{"Postgres":{"PoolSize":1} } }""");
        var refused = Assert.Throws<InvalidConfigurationException>(() => ServerOptionsReader.Read(Path.Combine(_folder.Path, "data"), null, []));
        Assert.Contains(refused.Faults, fault => fault.StartsWith($"DATABASE_URL: rule '{rule}' refuses the database.", StringComparison.Ordinal) && fault.Contains(cure, StringComparison.Ordinal));
        Assert.Contains("Synapse:Postgres:PoolSize: '1' is not a number from 2 to 1,000. Leave it out for 20.", refused.Faults);
        Assert.Equal(refused.Faults, Assert.Throws<InvalidConfigurationException>(() => SynapseServer.Build(new ServerOptions { DataFolder = new DataFolder(Path.Combine(_folder.Path, "data")) })).Faults);
    }

    [Theory]
    [InlineData("postgres://synapse@10.1.2.3/synapse", "")]
    [InlineData("postgres://synapse@localhost/synapse", "")]
    [InlineData("postgres://synapse@/synapse?host=/var/run/postgresql", "")]
    [InlineData("postgres://synapse@db.example.com/synapse", "10.1.2.3")]
    public void A_database_of_ones_own_network_is_allowed_offline_without_being_listed(string url, string address)
    {
        var hosts = address.Length == 0 ? "{}" : $$"""{"db.example.com":"{{address}}"}""";
        _folder.Write("data/appsettings.json", $$$"""{"DATABASE_URL":"{{{url}}}","SYNAPSE_OFFLINE":"true","Synapse":{"Egress":{"Hosts":{{{hosts}}} } } }""");
        ServerOptionsReader.Read(Path.Combine(_folder.Path, "data"), null, []);
    }

    [Fact]
    public void The_current_folder_cannot_send_a_password_elsewhere_nor_set_the_token()
    {
        var current = _folder.CreateFolder("foreign");
        _folder.Write("foreign/.env", "DATABASE_URL=postgres://synapse@10.9.9.9/synapse\nSYNAPSE_TOKEN=0123456789abcdef0123456789abcdef01234567\n");
        _folder.Write("data/.env", $"DATABASE_PASSWORD_FILE={_folder.Write("password", "hidden-word")}\n");
        var faults = StartSettings.Read(new DataFolder(Path.Combine(_folder.Path, "data")), current).Faults;
        Assert.Contains(faults, fault => fault.Contains("DATABASE_PASSWORD_FILE names a file", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("SYNAPSE_TOKEN stands in the current folder", StringComparison.Ordinal));
    }

    private async Task AssertRefusedAsync(string url, string cure)
    {
        var run = await RunAsync(url, "status");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(cure, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(PostgresServer.Password), run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, run.Errors, StringComparison.Ordinal);
    }

    private Task<CommandLineRun> RunAsync(string url, params string[] arguments) => CommandLineRun.CompleteAsync(Describe(url, arguments));

    private ProcessStartInfo Describe(string url, params string[] arguments)
    {
        var start = CommandLineRun.Describe(_folder.Path, Path.Combine(_folder.Path, "data"), arguments);
        start.Environment["DATABASE_URL"] = url;
        return start;
    }
}
