using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Synapse.Answering.Generation;
using Synapse.Contracts;
using Synapse.Egress;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.LocalModels;
using Synapse.LocalModels.Keeping;
using Synapse.Postgres;
using Synapse.Privacy;
using Synapse.Providers;
using Synapse.Providers.Configuration;
using Synapse.Providers.Diagnosis;
using Synapse.Providers.Embedding;
using Synapse.Retrieval;
using Synapse.Server.Features.Answers;
using Synapse.Server.Features.ApiExplorer;
using Synapse.Server.Features.Archives;
using Synapse.Server.Features.Collections;
using Synapse.Server.Features.Diagnosis;
using Synapse.Server.Features.Documents;
using Synapse.Server.Features.Egress;
using Synapse.Server.Features.Health;
using Synapse.Server.Features.Jobs;
using Synapse.Server.Features.LocalModels;
using Synapse.Server.Features.Providers;
using Synapse.Server.Features.Search;
using Synapse.Server.Features.SignIn;
using Synapse.Server.Features.Sources;
using Synapse.Server.Features.Switches;
using Synapse.Server.Security;
using Synapse.Server.Telemetry;
using Synapse.Server.Wire;
using Synapse.Server.Workers;
using Synapse.Sqlite;
using Synapse.Storage;
using Synapse.Storage.Archiving;
using Synapse.Web.Hosting;

namespace Synapse.Server.Hosting;

/// <summary>Puts the server together. <c>synapse serve</c> runs it for people; every other command hosts it for itself on a Unix socket when none runs.</summary>
public static class SynapseServer
{
    /// <summary>Largest request body, in bytes: questions and paths, never documents.</summary>
    private const long MaxRequestBytes = 1 << 20;

    /// <summary>How long requests may go on after the server was told to stop.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Builds the server; it does not listen yet.</summary>
    /// <param name="options">How it runs.</param>
    /// <exception cref="InvalidConfigurationException">The data folder cannot be made, or settings or prompts are wrong; all faults are told together.</exception>
    /// <exception cref="Errors.InvalidCaFileException">The file of trusted authorities cannot be used.</exception>
    public static WebApplication Build(ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.DataFolder.Create();
        var (configuration, providers, policy, telemetry, models, database, sharedToken) = ReadSettings(options.DataFolder);
        var address = new ServerAddress(options.DataFolder.NewSocketPath());

        // Empty: everything that is in the server is named here, and a command that hosts it pays for nothing else.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "synapse", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // Why the start failed is told once, by whoever started it. Workers that fail are still logged, as critical.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);

        // It warns that its keys lie unencrypted, on every first start; they lie in a folder that only the owner can enter.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Logging.AddFilter("Synapse.Server.Security", LogLevel.Warning);
        builder.Logging.AddProvider(new StandardErrorLoggerProvider(options.LogLevel, TimeProvider.System, options.LogFormat));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options, address.SocketPath));

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(providers);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(address);
        builder.Services.AddSingleton(ApiToken.ReadOrCreate(options.DataFolder, sharedToken));
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddSynapseEgress(policy);
        builder.Services.AddSynapseCore(builder.Configuration, options.DataFolder, database);
        builder.Services.AddModelStore(models);
        builder.Services.AddProviders(providers.Providers).AddProviderDiagnosis(providers.Providers);
        builder.Services.AddSynapseApi();
        if (options.ServesPages)
        {
            builder.Services.AddSynapsePages(options, database);

            // Commands that host the server for a moment export nothing: they would wait for the collector at their end.
            builder.Services.AddSynapseTelemetry(telemetry);
        }

        var app = builder.Build();
        app.UseSynapse();
        app.MapSynapseApi();
        if (options.ServesPages)
        {
            app.MapSynapsePages();
            if (telemetry.Metrics is not null)
            {
                app.MapMetrics();
            }
        }

        return app;
    }

    /// <summary>Opens the store, listens, and leaves the address in the data folder.</summary>
    /// <param name="app">What <see cref="Build"/> returned.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The address for browsers; null when no pages are served.</returns>
    /// <exception cref="Errors.SynapseException">The port is taken, the settings are wrong, a folder is not there, or the store cannot be opened.</exception>
    public static async Task<string?> StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = app.Services.GetRequiredService<ServerOptions>();
        string[] faults =
        [
            .. SectionFaults.Find<EmbeddingOptions>(app.Configuration, EmbeddingOptions.SectionName),
            .. SectionFaults.Find<IngestionOptions>(app.Configuration, IngestionOptions.SectionName),
            .. SectionFaults.Find<RetrievalOptions>(app.Configuration, RetrievalOptions.SectionName),
        ];
        if (faults.Length > 0)
        {
            throw new InvalidConfigurationException(faults);
        }

        if (options.ServesPages && app.Services.GetService<DatabaseAddress>() is not null)
        {
            app.Services.GetRequiredService<ServingLock>().Take();
        }

        await app.Services.GetRequiredService<StoreOpening>().OpenAsync(cancellationToken);
        try
        {
            // Before anything listens: a folder that is misspelt, or a store that cannot be opened, stops the start.
            var librarian = app.Services.GetRequiredService<Librarian>();
            foreach (var folder in options.Folders)
            {
                librarian.Resolve(folder);
            }

            await MakeFirstKeyAsync(app, cancellationToken);
            await app.StartAsync(cancellationToken);
            foreach (var folder in options.Folders)
            {
                var added = await librarian.AddAsync(AccessScope.Everything, folder, collectionName: null, cancellationToken);
                app.Services.GetRequiredService<SourceWatch>().Add(added.Source);
            }
        }
        catch (OptionsValidationException error)
        {
            throw new InvalidConfigurationException([.. error.Failures]);
        }
        catch (IOException error) when (error.InnerException is AddressInUseException || error.InnerException?.InnerException is SocketException)
        {
            throw new PortInUseException(options.Port ?? 0, error);
        }
        catch (SocketException error)
        {
            throw new InvalidConfigurationException([$"--host / {ServerOptionsReader.HostVariable}: it is not possible to listen on '{options.Host}' ({error.SocketErrorCode}). Name an address of this machine, or leave it out."]);
        }

        var address = app.Services.GetRequiredService<ServerAddress>();
        DataFolder.RestrictSocket(address.SocketPath);
        if (options.Port is not null)
        {
            options.DataFolder.RemoveStaleSockets();
            address.Value = options.PublicUrl?.GetLeftPart(UriPartial.Authority) ?? ServerAddress.Of(options.Host, PortOf(app));
            var startedAt = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
            new ServerFile(address.Value, address.SocketPath, Environment.ProcessId, options.DataFolder.TokenPath, startedAt).Write(options.DataFolder);
        }

        return address.Value;
    }

    /// <summary>Runs a server that was started until it is told to stop, then lets requests end.</summary>
    /// <param name="app">A server that was started.</param>
    /// <param name="stop">Tells the server to stop.</param>
    public static async Task RunUntilStoppedAsync(WebApplication app, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(app);
        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, stopping);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token);
        }
        catch (OperationCanceledException)
        {
            await app.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>Makes a client for a server that runs in this process.</summary>
    /// <param name="app">A server that was started.</param>
    public static SynapseClient CreateClient(WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return new SynapseClient(
            $"unix:{app.Services.GetRequiredService<ServerAddress>().SocketPath}", app.Services.GetRequiredService<ApiToken>().Value);
    }

    /// <summary>Makes a one-time sign-in link for a server that runs in this process.</summary>
    /// <param name="app">A server that was started.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidOperationException">It serves no pages.</exception>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    public static async Task<SignInLinkResponse> CreateSignInLinkAsync(WebApplication app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(app);
        var address = app.Services.GetRequiredService<ServerAddress>().Value ?? throw new InvalidOperationException("The server serves no pages.");
        var (token, expiresAt) = await app.Services.GetRequiredService<SignInLinks>().CreateAsync(cancellationToken);
        return new SignInLinkResponse(SignInEndpoints.LinkOf(address, token), expiresAt);
    }

    // Of several servers that start on an empty database together, one makes the key that all protect pages with.
    private static async Task MakeFirstKeyAsync(WebApplication app, CancellationToken cancellationToken)
    {
        if (app.Services.GetService<IDataProtectionProvider>() is { } protection && app.Services.GetService<IProtectionKeyStore>() is { } keys)
        {
            await using var held = await keys.LockKeysAsync(cancellationToken);
            protection.CreateProtector("Synapse.FirstKey").Protect([]);
        }
    }

    private static (
        IConfigurationRoot Configuration,
        ProviderConfiguration Providers,
        EgressPolicy Policy,
        TelemetrySettings Telemetry,
        ModelStoreOptions Models,
        TeamDatabase? Database,
        string? SharedToken) ReadSettings(DataFolder dataFolder)
    {
        var settings = StartSettings.Read(dataFolder, Directory.GetCurrentDirectory());
        var providers = ProviderSettingsReader.Read(settings.Configuration);
        List<string> faults = [.. settings.Faults, .. providers.Faults.Select(fault => fault.ToString())];
        var models = ModelSettings.Read(settings.Configuration, dataFolder, faults);
        var before = faults.Count;
        var policy = EgressOptionsReader.Read(settings.Configuration, faults);
        var database = StoreSettings.Read(settings.Configuration, faults.Count == before ? policy : null, faults);
        var sharedToken = SharedToken.Read(settings.Configuration, faults);
        var telemetry = new TelemetrySettings(null, SendsLogs: false, null);
        if (faults.Count == before)
        {
            telemetry = TelemetrySettings.Read(settings.Configuration, policy, faults);

            // What the policy never lets through is told now, and not by the first question.
            faults.AddRange(providers.Providers
                .Select(provider => (provider.Name, Refusal: policy.CheckRoute(new(provider.Name, provider.Endpoint, provider.Reach))))
                .Where(checkedRoute => checkedRoute.Refusal is not null)
                .Select(checkedRoute => $"Provider '{checkedRoute.Name}': rule '{checkedRoute.Refusal!.Rule}' refuses its address. {checkedRoute.Refusal.Reason}"));
        }

        AddFaultsOfLocalModels(settings.Configuration, providers, faults);
        return faults.Count > 0 ? throw new InvalidConfigurationException(faults) : (settings.Configuration, providers, policy, telemetry, models, database, sharedToken);
    }

    private static void AddFaultsOfLocalModels(IConfiguration configuration, ProviderConfiguration providers, List<string> faults)
    {
        var before = faults.Count;
        faults.AddRange(SectionFaults.Find<LocalModelOptions>(configuration, LocalModelOptions.SectionName));
        if (faults.Count > before || configuration.GetSection(LocalModelOptions.SectionName).Get<LocalModelOptions>() is not { } models)
        {
            return;
        }

        faults.AddRange(models.FindFaults());
        if (models.Rerank is { Length: > 0 } && providers.Providers.FirstOrDefault(provider => provider.RerankModel is not null) is { } other)
        {
            faults.Add($"{LocalModelOptions.SectionName}:Rerank: provider '{other.Name}' reranks too. Remove one of the two.");
        }
    }

    private static void Listen(KestrelServerOptions kestrel, ServerOptions options, string socketPath)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
        kestrel.Limits.MaxConcurrentConnections = 1_000;
        kestrel.ListenUnixSocket(socketPath, socket => socket.Use(OwnSocket.Mark));
        if (options is { Host: { } host, Port: { } hostPort })
        {
            kestrel.Listen(host, hostPort);
        }
        else if (options.Port is 0)
        {
            // Two addresses cannot agree on one free port, so this one is IPv4 alone.
            kestrel.Listen(IPAddress.Loopback, 0);
        }
        else if (options.Port is { } port)
        {
            kestrel.ListenLocalhost(port);
        }
    }

    private static int PortOf(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        return addresses.Where(address => !address.Contains("unix:", StringComparison.Ordinal)).Select(address => BindingAddress.Parse(address).Port).First();
    }

    private static IServiceCollection AddSynapseCore(this IServiceCollection services, ConfigurationManager configuration, DataFolder dataFolder, TeamDatabase? database)
    {
        services.AddStore(configuration, dataFolder, database).UseStaticEmbedder();
        services.AddSingleton(ReadPrompts(dataFolder));

        // New collections are embedded by the first chosen model of this process, else by the first configured provider; what must stay here, and what was embedded here before, in this process.
        services.AddLocalModels(configuration.GetSection(LocalModelOptions.SectionName).Get<LocalModelOptions>() ?? new());
        services.AddSingleton<IEmbedders>(static provider => new Embedders(
            provider.GetRequiredService<IEmbedder>(), [.. provider.GetServices<DeferredEmbedder>(), .. provider.GetServices<ProviderEmbedder>()]));
        services.AddSynapseIngestion().AddSynapseRetrieval();
        services.Configure<EmbeddingOptions>(configuration.GetSection(EmbeddingOptions.SectionName));
        services.Configure<IngestionOptions>(configuration.GetSection(IngestionOptions.SectionName));
        services.Configure<RetrievalOptions>(configuration.GetSection(RetrievalOptions.SectionName));
        services.Configure<IngestionOptions>(ingestion => ingestion.ExcludedFolders.Add(dataFolder.Path));
        services.AddSingleton(static provider => (IImportableStore)provider.GetRequiredService<ILibraryStore>());
        services.AddSingleton(static provider => new ArchiveWriting(provider.GetRequiredService<IImportableStore>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CollectionImport>();
        services.AddSingleton<IncomingArchives>();
        services.AddSingleton<StorePatience>();
        services.AddHostedService<IngestionWorker>();
        services.AddHostedService<SwitchWorker>();
        services.AddHostedService<PassageCacheWorker>();
        services.AddSingleton<SourceWatch>();
        return services;
    }

    private static IServiceCollection AddStore(this IServiceCollection services, ConfigurationManager configuration, DataFolder dataFolder, TeamDatabase? database)
    {
        services.AddSingleton<StoreOpening>();
        if (database is null)
        {
            return services.UseSqlite(dataFolder.Path).AddSingleton<ISignInStore, FileSignInStore>();
        }

        services.Configure<PostgresOptions>(configuration.GetSection(PostgresOptions.SectionName));
        return services.AddSingleton(database.Database).AddSingleton<ServingLock>().UsePostgres(_ => database.Database, database.Replica);
    }

    private static PromptTemplates ReadPrompts(DataFolder dataFolder)
    {
        var faults = new List<string>();
        var prompts = PromptTemplates.Read(Path.Combine(dataFolder.Path, PromptTemplates.FolderName), faults);
        return faults.Count == 0 ? prompts : throw new InvalidConfigurationException(faults);
    }

    private static IServiceCollection AddSynapseApi(this IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddSynapseSecurity();
        services.AddValidation();
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = ValidationProblems.Complete);
        services.AddExceptionHandler<ErrorHandler>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJsonContext.Default));

        // One person uses a server on their own machine. The scope is asked for per request all the same, so that it can narrow later.
        services.AddScoped(_ => AccessScope.Everything);
        services.AddScoped<CollectionLookup>();
        services.AddSingleton<ServerHealth>();
        return services;
    }

    private static IServiceCollection AddSynapsePages(this IServiceCollection services, ServerOptions options, TeamDatabase? database)
    {
        var protection = services.AddDataProtection().SetApplicationName("synapse");
        if (database is null)
        {
            protection.PersistKeysToFileSystem(new DirectoryInfo(options.DataFolder.KeysPath));
        }
        else
        {
            services.AddOptions<KeyManagementOptions>().Configure<IServiceProvider>(static (keys, provider) => keys.XmlRepository = new StoredKeys(provider.GetRequiredService<IProtectionKeyStore>));
        }

        services.AddOpenApi("v1", ApiDescription.Configure);
        services.AddSynapseWeb();
        services.AddScoped<ICallerScope, CallerScope>();
        services.AddHostedService(provider => provider.GetRequiredService<SourceWatch>());
        services.AddHostedService<ServerFileCleanup>();
        return services;
    }

    private static void UseSynapse(this WebApplication app)
    {
        app.UseMiddleware<RequestTrace>();
        app.UseMiddleware<ResponseHeaders>();
        app.UseMiddleware<RequestGuard>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(StatusPages.WriteAsync);
        app.UseRouting();
        app.UseMiddleware<SessionGuard>();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    private static void MapSynapseApi(this WebApplication app)
    {
        app.MapHealth();
        app.MapCollections();
        app.MapSources();
        app.MapDocuments();
        app.MapJobs();
        app.MapSearch();
        app.MapAnswers();
        app.MapEgress();
        app.MapProviders();
        app.MapSwitches();
        app.MapDiagnosis();
        app.MapModels();
        app.MapArchives();
        app.MapSignIn();
    }

    private static void MapSynapsePages(this WebApplication app)
    {
        app.UseAntiforgery();
        app.MapSynapseWebAssets().AllowAnonymous();
        app.MapSynapseWebPages().RequireAuthorization(Policies.Page);
        app.MapApiExplorer();
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(Policies.Api);
    }
}
