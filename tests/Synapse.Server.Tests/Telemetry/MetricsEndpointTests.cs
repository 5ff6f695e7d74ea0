using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Synapse.Contracts;
using Synapse.Server.Hosting;
using Synapse.Server.Security;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Telemetry;

/// <summary>The metrics are read by whoever has a token for them, and by nobody else.</summary>
public sealed class MetricsEndpointTests : IAsyncDisposable
{
    private const string Token = "mt-4f6c0d0f9a7e4c0f8d6a2b1c3e5f7a9b0c1d2e3f";
    private const string Question = "Where does the quokka keep its umbrella?";

    private readonly TemporaryFolder _folder = new();
    private WebApplication? _server;

    private DataFolder Data => new(Path.Combine(_folder.Path, "data"));

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.StopAsync();
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Whoever_has_the_token_reads_the_metrics_in_the_format_that_prometheus_asks_for()
    {
        var server = await StartAsync($"SYNAPSE_OFFLINE=true\nSYNAPSE_METRICS_TOKEN={Token}\n");
        using (var client = SynapseServer.CreateClient(server))
        {
            await client.SearchAsync(new SearchRequest(Question), TestContext.Current.CancellationToken);
        }

        using var scraper = Scraper(server, Token);
        scraper.DefaultRequestHeaders.Add("Accept", "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3");
        using var response = await scraper.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/openmetrics-text", response.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
        Assert.Contains("synapse_search_duration_seconds_count{synapse_outcome=\"not_found\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_count{", text, StringComparison.Ordinal);
        Assert.Contains("dotnet_process_memory_working_set_bytes", text, StringComparison.Ordinal);
        Assert.DoesNotContain("quokka", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(_folder.Path, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_token_opens_nothing_else_and_only_the_operators_opens_it_too()
    {
        var server = await StartAsync($"SYNAPSE_METRICS_TOKEN={Token}\n");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, null, "/metrics"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, Token[..^1] + "0", "/metrics"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, ApiToken.Read(Data)!.Value, "/metrics"));
        foreach (var address in new[] { "/api/v1/collections", "/api/health", "/openapi/v1.json", "/api/v1/egress" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server, Token, address));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, ApiToken.Read(Data)!.Value, address));
        }
    }

    [Fact]
    public async Task Without_a_token_there_is_no_such_address()
    {
        var server = await StartAsync("");
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server, ApiToken.Read(Data)!.Value, "/metrics"));
    }

    [Fact]
    public async Task The_token_may_stand_in_a_file()
    {
        _folder.Write("metrics-token", Token + "\n");
        var server = await StartAsync($"SYNAPSE_METRICS_TOKEN_FILE={Path.Combine(_folder.Path, "metrics-token")}\n");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, Token, "/metrics"));
    }

    [Theory]
    [InlineData("SYNAPSE_METRICS_TOKEN=short", "SYNAPSE_METRICS_TOKEN: it is not a token of 40 to 1,000")]
    [InlineData("SYNAPSE_METRICS_TOKEN_FILE=/nowhere/at/all", "SYNAPSE_METRICS_TOKEN_FILE: the file cannot be read")]
    [InlineData("OTEL_LOGS_EXPORTER=console", "OTEL_LOGS_EXPORTER: 'console' is neither otlp nor none")]
    public void A_setting_that_means_nothing_stops_the_start(string setting, string fault)
    {
        _folder.Write("data/.env", setting);
        var error = Assert.Throws<InvalidConfigurationException>(() => SynapseServer.Build(new ServerOptions { DataFolder = Data, Port = 0 }));
        Assert.StartsWith(fault, Assert.Single(error.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_of_the_current_folder_is_refused()
    {
        _folder.Write("here/.env", $"SYNAPSE_METRICS_TOKEN={Token}");
        var faults = StartSettings.Read(Data, Path.Combine(_folder.Path, "here")).Faults;
        Assert.Contains("SYNAPSE_METRICS_TOKEN stands in the current folder", Assert.Single(faults), StringComparison.Ordinal);
    }

    private static HttpClient Scraper(WebApplication server, string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = new Uri(AddressOf(server)) };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static async Task<HttpStatusCode> StatusAsync(WebApplication server, string? token, string address)
    {
        using var client = Scraper(server, token);
        using var response = await client.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static string AddressOf(WebApplication server)
        => server.Services.GetRequiredService<ServerAddress>().Value!;

    private async Task<WebApplication> StartAsync(string settings)
    {
        _folder.Write("data/.env", settings);
        _server = SynapseServer.Build(new ServerOptions { DataFolder = Data, Port = 0, LogLevel = LogLevel.Error });
        await SynapseServer.StartAsync(_server, TestContext.Current.CancellationToken);
        return _server;
    }
}
