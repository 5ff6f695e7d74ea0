using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

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
    public static Task<LlamaServer> StartAsync(string model, CancellationToken cancellationToken, params string[] arguments)
        => ReadyAsync(StartLoading(model, arguments), cancellationToken);

    /// <summary>Starts another server where this one, which was killed, was.</summary>
    public Task<LlamaServer> StartAgainAsync(string model, CancellationToken cancellationToken, params string[] arguments)
        => ReadyAsync(Start(model, Address.Port, arguments), cancellationToken);

    private static async Task<LlamaServer> ReadyAsync(LlamaServer server, CancellationToken cancellationToken)
    {
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
    public static LlamaServer StartLoading(string model, params string[] arguments) => Start(model, FreePort(), arguments);

    private static LlamaServer Start(string model, int port, string[] arguments)
    {
        if (Program is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "llama-server is not installed: eng/setup/llama.sh brings it.");
            Assert.Fail("llama-server is not installed.");
        }

        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "-m", model, "--threads", "1", "--no-warmup", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        // Its output is read so that it never waits for a reader.
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new LlamaServer(process, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>Starts a server, and returns as soon as it says that it is loading its model.</summary>
    public static async Task<LlamaServer> StartUntilLoadingAsync(string model, CancellationToken cancellationToken, params string[] arguments)
    {
        var server = StartLoading(model, arguments);
        try
        {
            using var http = new HttpClient();
            var started = TimeProvider.System.GetTimestamp();
            while (true)
            {
                switch (await server.HealthAsync(http, cancellationToken))
                {
                    case HttpStatusCode.ServiceUnavailable:
                        return server;
                    case HttpStatusCode.OK:
                        throw new InvalidOperationException("The model was loaded before anybody could see it loading: make it larger.");
                }

                Assert.False(server._process.HasExited, "llama-server ended by itself.");
                Assert.True(TimeProvider.System.GetElapsedTime(started) < StartPatience, "llama-server does not listen.");
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the server's only slot does: whether it writes, and how many tokens it holds.</summary>
    /// <remarks>The server must have been started with <c>-np 1</c>.</remarks>
    public async Task<(bool IsBusy, int Tokens)> SlotAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var slot = (await http.GetFromJsonAsync<JsonElement>(new Uri(Address, "/slots"), cancellationToken))[0];
        return (slot.GetProperty("is_processing").GetBoolean(), slot.GetProperty("n_prompt_tokens").GetInt32());
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

    private async Task<bool> IsHealthyAsync(HttpClient http, CancellationToken cancellationToken) => await HealthAsync(http, cancellationToken) == HttpStatusCode.OK;

    // Null as long as it does not listen.
    private async Task<HttpStatusCode?> HealthAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Address, "/health"), cancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
