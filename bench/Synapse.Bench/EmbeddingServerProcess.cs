using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Synapse.Bench;

/// <summary>The embedding server as a process of its own, on a free port of the loopback interface.</summary>
internal sealed class EmbeddingServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http;

    private EmbeddingServerProcess(Process process, string address)
    {
        _process = process;
        Address = address;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) };
    }

    public string Address { get; }

    public double ResidentMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it, and waits until its health is good.</summary>
    /// <param name="program">Path of the program.</param>
    /// <param name="model">Folder of the model.</param>
    /// <returns>The server, and how long that took.</returns>
    public static async Task<(EmbeddingServerProcess Server, TimeSpan Took)> StartAsync(string program, string model, CancellationToken cancellationToken)
    {
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(program, ["--model", model, "--host", "127.0.0.1", "--port", port]);
        start.Environment["SYNAPSE_EMBEDDING_LOG_LEVEL"] = "Error";
        var clock = Stopwatch.StartNew();
        var server = new EmbeddingServerProcess(Process.Start(start)!, $"http://127.0.0.1:{port}");
        while (!await server.IsReadyAsync(cancellationToken))
        {
            if (server._process.HasExited)
            {
                throw new InvalidOperationException($"{program} ended with {server._process.ExitCode}.");
            }

            await Task.Delay(1, cancellationToken);
        }

        return (server, clock.Elapsed);
    }

    /// <summary>A measurement of the only model.</summary>
    public async Task<double> MeasureAsync(string name, CancellationToken cancellationToken)
    {
        var text = await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken);
        var line = text.Split('\n').Single(line => line.StartsWith($"synapse_embedding_{name}{{", StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
