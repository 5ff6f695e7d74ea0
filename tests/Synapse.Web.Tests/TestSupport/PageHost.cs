using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Synapse.Answering;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Web.Hosting;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>The pages on a free port of this machine, over a library in memory, under the policy that they promise to live with.</summary>
internal sealed class PageHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PageHost(WebApplication app, InMemoryLibrary library)
    {
        _app = app;
        Library = library;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public InMemoryLibrary Library { get; }

    public string Address { get; }

    public static async Task<PageHost> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var library = new InMemoryLibrary(TimeProvider.System);
        builder.Services.AddRouting();
        builder.Services.AddSingleton<ILibraryStore>(library);
        builder.Services.AddSingleton<IJobStore>(library);
        builder.Services.AddSingleton<IAnswerer>(library);
        builder.Services.AddScoped<ICallerScope, EverythingScope>();
        builder.Services.AddSynapseWeb();
        var app = builder.Build();
        app.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = SynapseWeb.ContentSecurityPolicy;
            return next(context);
        });
        app.UseRouting();
        app.UseAntiforgery();
        app.MapSynapseWebAssets();
        app.MapSynapseWebPages();
        await app.StartAsync();
        return new PageHost(app, library);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class EverythingScope : ICallerScope
    {
        public ValueTask<AccessScope> GetScopeAsync(CancellationToken cancellationToken) => ValueTask.FromResult(AccessScope.Everything);
    }
}
