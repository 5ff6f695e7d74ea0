using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Synapse.Errors;
using Synapse.Server.Hosting;
using Synapse.Server.Security;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Hosting;

/// <summary>How a server starts, refuses to start, and stops.</summary>
public sealed class StartTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var app = SynapseServer.Build(Options(folder, port));
        var refused = await Assert.ThrowsAsync<PortInUseException>(() => SynapseServer.StartAsync(app, Cancel));
        Assert.Contains($"Port {port} ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_folder_is_refused_and_the_first_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var first = SynapseServer.Build(Options(folder, 0));
        await SynapseServer.StartAsync(first, Cancel);
        var written = await File.ReadAllTextAsync(new DataFolder(folder.Path).ServerFilePath, Cancel);

        await using (var second = SynapseServer.Build(Options(folder, 0)))
        {
            await Assert.ThrowsAsync<DataFolderInUseException>(() => SynapseServer.StartAsync(second, Cancel));
        }

        Assert.Equal(written, await File.ReadAllTextAsync(new DataFolder(folder.Path).ServerFilePath, Cancel));
        using var client = SynapseServer.CreateClient(first);
        Assert.Equal("ok", (await client.GetHealthAsync(Cancel)).Status);
        await first.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_running_server_leaves_its_address_and_takes_it_away_when_it_stops()
    {
        using var folder = new TemporaryFolder();
        var data = new DataFolder(folder.Path);
        await using var app = SynapseServer.Build(Options(folder, 0));
        var address = await SynapseServer.StartAsync(app, Cancel);

        var file = ServerFile.Read(data);
        Assert.Equal((address, Environment.ProcessId, data.TokenPath), (file!.Address, file.Pid, file.TokenFile));
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(ownerOnly, File.GetUnixFileMode(data.ServerFilePath));
        Assert.Equal(ownerOnly, File.GetUnixFileMode(data.TokenPath));
        Assert.Equal(ownerOnly, File.GetUnixFileMode(file.Socket));
        Assert.Equal(ownerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(data.KeysPath));
        Assert.DoesNotContain(ApiToken.Read(data)!.Value, await File.ReadAllTextAsync(data.ServerFilePath, Cancel), StringComparison.Ordinal);

        await app.StopAsync(Cancel);
        Assert.Null(ServerFile.Read(data));
        Assert.False(File.Exists(file.Socket));
    }

    [Fact]
    public void What_a_killed_server_left_behind_is_passed_over()
    {
        using var folder = new TemporaryFolder();
        var data = new DataFolder(folder.Path);

        // Process ids of this system end far below this one.
        new ServerFile("http://127.0.0.1:1", "/nowhere.sock", int.MaxValue, data.TokenPath, default).Write(data);
        Assert.Null(ServerFile.Read(data));
    }

    [Fact]
    public async Task The_token_stays_the_same_from_start_to_start()
    {
        using var folder = new TemporaryFolder();
        var data = new DataFolder(folder.Path);
        var made = ApiToken.ReadOrCreate(data).Value;
        Assert.Equal(made, ApiToken.ReadOrCreate(data).Value);
        Assert.StartsWith("syn_", made, StringComparison.Ordinal);
        Assert.Equal(made, (await File.ReadAllTextAsync(data.TokenPath, Cancel)).TrimEnd());
    }

    [Fact]
    public async Task A_server_for_one_command_listens_on_its_socket_alone_and_serves_no_pages()
    {
        using var folder = new TemporaryFolder();
        await using var app = SynapseServer.Build(Options(folder, null));
        Assert.Null(await SynapseServer.StartAsync(app, Cancel));
        using var client = SynapseServer.CreateClient(app);
        Assert.StartsWith("unix:", client.Address, StringComparison.Ordinal);
        Assert.Empty((await client.ListCollectionsAsync(Cancel)).Collections);
        var refused = await Assert.ThrowsAsync<Contracts.SynapseApiException>(() => client.CreateSignInLinkAsync(Cancel));
        Assert.Equal(503, refused.Status);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_socket_whose_path_would_be_too_long_lies_elsewhere()
    {
        using var folder = new TemporaryFolder();
        var deep = folder.CreateFolder(new string('d', 120));
        await using var app = SynapseServer.Build(new ServerOptions { DataFolder = new DataFolder(deep), Port = null, LogLevel = LogLevel.Warning });
        await SynapseServer.StartAsync(app, Cancel);
        using var client = SynapseServer.CreateClient(app);
        Assert.Equal("ok", (await client.GetLiveAsync(Cancel)).Status);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_folder_to_serve_that_is_not_there_stops_the_start()
    {
        using var folder = new TemporaryFolder();
        var options = new ServerOptions { DataFolder = new DataFolder(folder.Path), Port = 0, Folders = ["/no/such/folder"], LogLevel = LogLevel.Warning };
        await using var app = SynapseServer.Build(options);
        await Assert.ThrowsAsync<PathNotFoundException>(() => SynapseServer.StartAsync(app, Cancel));
    }

    [Fact]
    public async Task A_limit_that_is_out_of_range_stops_the_start_with_its_name()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{"Synapse":{"Embedding":{"CacheMegabytes":-1},"Ingestion":{"MaxDepth":0},"Retrieval":{"QueryEmbeddingTimeout":"00:02:00"}}}""");
        await using var app = SynapseServer.Build(Options(folder, 0));
        var refused = await Assert.ThrowsAsync<InvalidConfigurationException>(() => SynapseServer.StartAsync(app, Cancel));
        Assert.Equal(
            [
                "Synapse:Embedding:CacheMegabytes: '-1' is not a number from 0 to 1,048,576. Leave it out for 256.",
                "Synapse:Ingestion:MaxDepth: '0' is not a number from 1 to 1,000. Leave it out for 64.",
                "Synapse:Retrieval:QueryEmbeddingTimeout: '00:02:00' is not a time (hours:minutes:seconds) from 00:00:00.05 to 00:01:00. Leave it out for 00:00:02.",
            ],
            refused.Faults);
    }

    [Fact]
    public void Limits_of_ingestion_that_cannot_be_read_are_named_each_with_its_range()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{"Synapse":{"Ingestion":{"MaxDepth":"deep","RetryDelay":"soon","Depth":1,"ExcludedFolders":["/tmp/x"]},"Server":{"LogLevel":"loud"}}}""");
        var refused = Assert.Throws<InvalidConfigurationException>(() => ServerOptionsReader.Read(folder.Path, null, []));
        Assert.Equal(4, refused.Faults.Count);
        Assert.Contains("Synapse:Ingestion:MaxDepth: 'deep' is not a number from 1 to 1,000. Leave it out for 64.", refused.Faults);
        Assert.Contains("Synapse:Ingestion:RetryDelay: 'soon' is not a time (hours:minutes:seconds) from 00:00:01 to 01:00:00. Leave it out for 00:00:15.", refused.Faults);
        Assert.Contains(refused.Faults, fault => fault.StartsWith("Synapse:Ingestion:Depth: there is no such setting.", StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_of_the_settings_are_reported_together_each_with_its_key()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{"Synapse":{"Server":{"SignInLinkMinutes":"0","AllowedHosts":"*","Prot":"3000","LogLevel":"loud"}}}""");
        var refused = Assert.Throws<InvalidConfigurationException>(() => ServerOptionsReader.Read(folder.Path, "80000", []));
        Assert.Equal(5, refused.Faults.Count);
        foreach (var key in new[] { "--port", "SignInLinkMinutes", "AllowedHosts", "Prot", "LogLevel" })
        {
            Assert.Single(refused.Faults, fault => fault.Split(": ")[0].EndsWith(key, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Settings_that_are_not_json_are_reported()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", "{ not json");
        var refused = Assert.Throws<InvalidConfigurationException>(() => ServerOptionsReader.Read(folder.Path, null, []));
        Assert.Contains("appsettings.json", Assert.Single(refused.Faults), StringComparison.Ordinal);
    }

    private static ServerOptions Options(TemporaryFolder folder, int? port)
        => new() { DataFolder = new DataFolder(folder.Path), Port = port, LogLevel = LogLevel.Warning };
}
