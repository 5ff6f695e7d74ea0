using System.Diagnostics;
using System.Net.Http.Json;

namespace Synapse.Bench;

/// <summary>The fake of a model server as a process of its own, so that its processor time and memory are not counted as the client's.</summary>
internal sealed class FakeModelServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _control = new(new SocketsHttpHandler { UseProxy = false });

    private FakeModelServer(Process process) => _process = process;

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    private string Control { get; set; } = "";

    /// <summary>Processor time of the server so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<FakeModelServer> StartAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Synapse.FakeProvider.dll"), "--dialect", "vllm"])
        {
            RedirectStandardOutput = true,
        };
        var server = new FakeModelServer(Process.Start(start)!);
        while (server.Control.Length == 0 && await server._process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            switch (line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                case ["address", var address]:
                    server.Address = address.TrimEnd('/');
                    break;
                case ["control", var control]:
                    server.Control = control;
                    break;
            }
        }

        return server;
    }

    /// <summary>Chooses what happens to requests for chat and for embeddings from now on, and forgets the requests so far, whose bodies it keeps.</summary>
    public async Task UseAsync(string chat, string embeddings, CancellationToken cancellationToken)
    {
        var change = new { kinds = new Dictionary<string, string> { ["Chat"] = chat, ["Embeddings"] = embeddings } };
        using (var changed = await _control.PostAsJsonAsync(Control, change, cancellationToken))
        {
            changed.EnsureSuccessStatusCode();
        }

        await ForgetAsync(cancellationToken);
    }

    /// <summary>Forgets the requests so far.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        using var forgotten = await _control.DeleteAsync(new Uri($"{Control}/requests"), cancellationToken);
        forgotten.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
