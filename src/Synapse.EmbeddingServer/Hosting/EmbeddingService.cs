using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Synapse.EmbeddingServer.Features;
using Synapse.EmbeddingServer.Metering;
using Synapse.EmbeddingServer.Security;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Wire;

namespace Synapse.EmbeddingServer.Hosting;

/// <summary>Puts the service together.</summary>
internal static class EmbeddingService
{
    private const int MaxHeaderBytes = 16 << 10;
    private const int MaxHeaders = 64;
    private const int MaxConnections = 1_000;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long requests may go on after the service was told to stop.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Builds the service; it does not listen yet.</summary>
    /// <param name="options">How it runs.</param>
    /// <param name="loader">Loads the models; null loads them with ONNX Runtime.</param>
    public static WebApplication Build(ServiceOptions options, IModelLoader? loader = null)
    {
        // Empty: no file and no variable but our own changes where it listens, what it logs or what it answers.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "synapse-embedding-server", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        AddLogging(builder.Logging, options.LogLevel);
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ReplyJsonContext.Default));
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<LoadedModels>().AddSingleton<ServiceMeter>();
        builder.Services.AddSingleton<ModelLoading>().AddHostedService(static services => services.GetRequiredService<ModelLoading>());
        builder.Services.AddSingleton(services => loader ?? ActivatorUtilities.CreateInstance<OnnxModelLoader>(services));

        var app = builder.Build();
        app.UseMiddleware<RequestOutcome>();
        app.UseRouting();
        app.UseMiddleware<HostGuard>();
        app.UseMiddleware<KeyGuard>();
        app.MapEmbeddings();
        app.MapReranking();
        app.MapModelList();
        app.MapHealth();
        app.MapMetrics();
        app.Lifetime.ApplicationStarted.Register(() => StartLog.LogListening(app.Logger, AddressOf(app), options.Key is null ? "without a key" : "with a key"));
        return app;
    }

    /// <summary>Where a service that was started listens.</summary>
    public static string AddressOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";

    private static void Listen(KestrelServerOptions kestrel, ServiceOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
        kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        if (options.Address is { } address)
        {
            kestrel.Listen(address, options.Port);
        }
        else if (options.Port is 0)
        {
            // Two addresses cannot agree on one free port, so this one is IPv4 alone.
            kestrel.Listen(IPAddress.Loopback, 0);
        }
        else
        {
            kestrel.ListenLocalhost(options.Port);
        }
    }

    private static void AddLogging(ILoggingBuilder logging, LogLevel leastLevel)
    {
        logging.SetMinimumLevel(leastLevel).AddFilter("Microsoft", leastLevel > LogLevel.Warning ? leastLevel : LogLevel.Warning);
        logging.AddConsole(static console => console.FormatterName = LineFormatter.FormatterName).AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // Why the start failed is told once, by the command line.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
    }
}
