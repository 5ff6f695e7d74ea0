using Synapse.Server.Hosting;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>The product as <c>synapse serve FOLDER</c> runs it, on a free port of this machine, with its data in a temporary folder.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private readonly string _folder;
    private readonly WebApplication _app;

    private ServerHost(string folder, WebApplication app, string address)
    {
        _folder = folder;
        _app = app;
        Address = address;
    }

    public string Address { get; }

    /// <summary>A link that signs one browser in, once.</summary>
    public async Task<string> SignInLinkAsync() => (await SynapseServer.CreateSignInLinkAsync(_app, TestContext.Current.CancellationToken)).Url;

    /// <summary>Writes files into a folder and serves it.</summary>
    public static Task<ServerHost> StartAsync(string name, params (string Path, string Text)[] files) => StartWithAsync("", name, files);

    /// <summary>Writes files into a folder and serves it with settings, as they stand in <c>.env</c> of the data folder.</summary>
    public static async Task<ServerHost> StartWithAsync(string settings, string name, params (string Path, string Text)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("synapse-web-").FullName;
        var served = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(served, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
        }

        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, ".env"), settings);
        var options = new ServerOptions { DataFolder = new DataFolder(data), Port = 0, Folders = [served], LogLevel = LogLevel.Error };
        var app = SynapseServer.Build(options);
        var address = await SynapseServer.StartAsync(app, TestContext.Current.CancellationToken);
        return new ServerHost(folder, app, address!);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
