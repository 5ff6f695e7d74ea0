using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Serving;

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>A real service on a free loopback port.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningService(WebApplication app)
    {
        _app = app;
        Address = EmbeddingService.AddressOf(app);
        Client = NewClient();
    }

    public string Address { get; }

    public HttpClient Client { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts a service and waits until its models are loaded.</summary>
    public static async Task<RunningService> StartAsync(ServiceOptions options)
    {
        var service = await ListenAsync(options, loader: null);
        await service.LoadedAsync();
        return service;
    }

    /// <summary>Starts a service whose models may still be loading.</summary>
    public static async Task<RunningService> ListenAsync(ServiceOptions options, IModelLoader? loader)
    {
        var app = EmbeddingService.Build(options with { Port = 0, LogLevel = LogLevel.Error }, loader);
        await app.StartAsync(Cancellation);
        return new RunningService(app);
    }

    /// <summary>Completes when all models are loaded, or one cannot be.</summary>
    public async Task<string?> LoadedAsync()
    {
        var loading = _app.Services.GetRequiredService<ModelLoading>();
        await loading.ExecuteTask!.WaitAsync(Cancellation);
        return loading.Failure;
    }

    public Task StopAsync() => _app.StopAsync(Cancellation);

    /// <summary>A client for raw requests.</summary>
    public HttpClient NewClient() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Address) };

    public async Task<Reply> PostAsync(string path, string json, CancellationToken? cancellationToken = null)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken ?? Cancellation);
        return await Reply.ReadAsync(response);
    }

    public Task<Reply> PostAsync(string path, object body, CancellationToken? cancellationToken = null) => PostAsync(path, JsonSerializer.Serialize(body), cancellationToken);

    public async Task<Reply> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return await Reply.ReadAsync(response);
    }

    /// <summary>The value of one measurement; 0 when there is none.</summary>
    public async Task<double> MeasureAsync(string sample)
    {
        var text = await Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation);
        return text.Split('\n').FirstOrDefault(line => line.StartsWith(sample + " ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Asks for a measurement until it is as expected; the time limit of the test ends it.</summary>
    public async Task MeasureUntilAsync(string sample, Func<double, bool> isExpected)
    {
        while (!isExpected(await MeasureAsync(sample)))
        {
            Cancellation.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
