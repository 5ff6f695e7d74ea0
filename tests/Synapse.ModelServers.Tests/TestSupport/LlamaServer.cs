using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Synapse.ModelServers.Tests.TestSupport;

/// <summary>A real llama-server on a free loopback port, ended with the test.</summary>
internal sealed class LlamaServer : IAsyncDisposable
{
    private const string Prefix = "/opt/llama.cpp";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private LlamaServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where it listens, without a path.</summary>
    public Uri Address { get; }

    /// <summary>The program; null when it is not installed.</summary>
    public static string? Program
        => new[] { Environment.GetEnvironmentVariable("SYNAPSE_LLAMA_PREFIX") ?? Prefix }
            .Select(prefix => Path.Combine(prefix, "bin", "llama-server"))
            .FirstOrDefault(File.Exists);

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static async Task<LlamaServer> StartAsync(string model, CancellationToken cancellationToken, params string[] arguments)
    {
        var server = StartLoading(model, arguments);
        try
        {
            using var http = new HttpClient();
            var started = TimeProvider.System.GetTimestamp();
            while (!await server.IsHealthyAsync(http, cancellationToken))
            {
                Assert.False(server._process.HasExited, "llama-server ended by itself.");
                Assert.True(TimeProvider.System.GetElapsedTime(started) < StartPatience, "llama-server does not become ready.");
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellationToken);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server, and returns while it may still be loading its model.</summary>
    public static LlamaServer StartLoading(string model, params string[] arguments)
    {
        if (Program is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "llama-server is not installed: eng/setup/llama.sh brings it.");
            Assert.Fail("llama-server is not installed.");
        }

        var port = FreePort();
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "-m", model, "--threads", "2", "--no-warmup", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        // Its output is read so that it never waits for a reader.
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new LlamaServer(process, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>Ends the server at once, whatever it is doing.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private async Task<bool> IsHealthyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Address, "/health"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
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
