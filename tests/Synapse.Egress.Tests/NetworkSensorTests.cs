using System.Net;
using Microsoft.AspNetCore.Http;
using Synapse.Egress.Tests.TestSupport;
using Synapse.Privacy;

namespace Synapse.Egress.Tests;

/// <summary>The framework's own reports: that the sensor hears them, and that the way out causes none but those it should.</summary>
public sealed class NetworkSensorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sensor_fires_for_a_connection_a_resolution_and_a_request()
    {
        await using var host = await EgressHost.StartAsync(context => context.Response.WriteAsync("here", context.RequestAborted));
        using var sensor = new NetworkSensor();

        using var plain = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await plain.GetStringAsync(new Uri($"http://localhost:{host.Port}/secret"), Token);
        await Dns.GetHostAddressesAsync("localhost", Token);

        Assert.Contains(sensor.Events, heard => heard.StartsWith("ConnectStart", StringComparison.Ordinal));
        Assert.Contains(sensor.Events, heard => heard.StartsWith("ResolutionStart localhost", StringComparison.Ordinal));
        Assert.Contains(sensor.Events, heard => heard.StartsWith("RequestStart http localhost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sensor_hears_no_resolution_and_one_connection_to_loopback_when_a_local_provider_is_asked_offline()
    {
        await using var host = await EgressHost.StartAsync(context => context.Response.WriteAsync("here", context.RequestAborted));
        using var client = host.Egress(new EgressOptions { Offline = true }).CreateClient(new EgressRoute("local", new Uri($"http://localhost:{host.Port}"), AddressReach.Loopback));
        using var sensor = new NetworkSensor();

        Assert.Equal("here", await client.GetStringAsync(new Uri($"http://localhost:{host.Port}/"), Token));

        Assert.DoesNotContain(sensor.Events, heard => heard.StartsWith("ResolutionStart", StringComparison.Ordinal));
        var connected = Assert.Single(sensor.Events, heard => heard.StartsWith("ConnectStart", StringComparison.Ordinal));
        Assert.Contains("127,0,0,1", connected.Replace('.', ','), StringComparison.Ordinal);
        Assert.Single(sensor.Events, heard => heard.StartsWith("RequestStart", StringComparison.Ordinal));
    }
}
