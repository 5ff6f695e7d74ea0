using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Synapse.Server.Tests.TestSupport;

/// <summary>The worst of servers: it fails with the status that begins its path, and tells in its error every header and the whole body that it got.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(EchoAsync);
    }

    public string Address { get; private set; } = "";

    /// <summary>How many requests came with a credential and were told back.</summary>
    public int Echoed { get; private set; }

    public static async Task<EchoServer> StartAsync()
    {
        var server = new EchoServer();
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        server.Address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task EchoAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var told = $"Refused: {string.Join("; ", context.Request.Headers.Select(header => $"{header.Key}: {header.Value}"))}; {await reader.ReadToEndAsync(context.RequestAborted)}";
        Echoed += context.Request.Headers.Authorization.Count;
        var status = int.Parse(context.Request.Path.Value!.Split('/')[1], CultureInfo.InvariantCulture);
        context.Response.StatusCode = status;
        context.Response.ContentType = status == 200 ? "text/html" : "application/json";
        await context.Response.WriteAsync(
            status == 200 ? $"<html>{told}</html>" : JsonSerializer.Serialize(new { error = new { message = told, type = "invalid_request_error", code = told } }), context.RequestAborted);
    }
}
