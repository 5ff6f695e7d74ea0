using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Synapse.Contracts;
using Synapse.Fakes;
using Synapse.Privacy;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Monitoring;

/// <summary>A server with model servers and prices, that serves its metrics, after everything has happened once that it measures.</summary>
public sealed class MonitoredServer : IAsyncLifetime
{
    public const string Token = "mt-4f6c0d0f9a7e4c0f8d6a2b1c3e5f7a9b0c1d2e3f";

    // As many commits to one collection as make a merge worth it.
    private const int Sources = 12;

    private readonly TemporaryFolder _folder = new();
    private FakeProvider? _fake;
    private WebApplication? _app;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fake = FakeProvider.Start(new() { Dialect = "llamacpp" });
        var address = _fake.Address.AbsoluteUri.TrimEnd('/');
        _folder.Write("data/appsettings.json", $$"""
            {
              "SYNAPSE_METRICS_TOKEN": "{{Token}}",
              "Synapse": { "Providers": [ {
                "Name": "fake", "Kind": "LlamaCpp", "Endpoint": "{{address}}", "Chat": "qwen", "Embedding": "bge", "MaxConcurrency": 2,
                "Prices": { "qwen": { "Input": 1, "Output": 2 } } } ] }
            }
            """);
        var options = new ServerOptions { DataFolder = new DataFolder(Path.Combine(_folder.Path, "data")), Port = 0, LogLevel = LogLevel.None };
        _app = SynapseServer.Build(options);
        Address = new Uri((await SynapseServer.StartAsync(_app, Cancel))!);
        using var client = SynapseServer.CreateClient(_app);
        await UseAsync(client);
        await RefuseAsync();
    }

    /// <summary>Scrapes it, as Prometheus does.</summary>
    public async Task<string> ScrapeAsync(string accept = "text/plain;version=0.0.4")
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "/metrics"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await client.SendAsync(request, Cancel);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        if (_fake is not null)
        {
            await _fake.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task UseAsync(SynapseClient client)
    {
        for (var source = 1; source <= Sources; source++)
        {
            _folder.Write($"docs{source}/note.md", $"# Boats\n\nBoat number {source} leaves the harbour at {source} o'clock.\n");
            _folder.Write($"docs{source}/.env", "SECRET=1\n");
            var added = await client.AddSourceAsync(new AddSourceRequest(Path.Combine(_folder.Path, $"docs{source}"), "boats"), Cancel);
            await foreach (var job in client.FollowJobAsync(added.Job.Id, Cancel))
            {
                Assert.True(job.State is "queued" or "running" or "completed", job.ErrorMessage);
            }
        }

        var question = "When does boat number 3 leave the harbour?";
        await client.AnswerAsync(new AnswerRequest(question), Cancel);
        await client.AnswerAsync(new AnswerRequest(question, Mode: "extractive"), Cancel);
        _fake!.SetScenario(RequestKind.Embeddings, "500");
        await client.SearchAsync(new SearchRequest("harbour"), Cancel);
        await Assert.ThrowsAsync<SynapseApiException>(() => client.SearchAsync(new SearchRequest("harbour", ["nowhere"]), Cancel));
    }

    // A request to another address than its provider's.
    private async Task RefuseAsync()
    {
        var route = new EgressRoute("fake", _fake!.Address, AddressReach.Loopback);
        using var client = _app!.Services.GetRequiredService<IEgress>().CreateClient(route);
        using var activity = EgressActivity.Begin(EgressPurpose.Discovery, []);
        await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync(new Uri("http://127.0.0.2:9/"), Cancel));
    }
}

/// <summary>The tests that look at one server. None runs beside them: where two servers share a process, the end of one takes the series of the other that have the same names.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Monitored : ICollectionFixture<MonitoredServer>;
