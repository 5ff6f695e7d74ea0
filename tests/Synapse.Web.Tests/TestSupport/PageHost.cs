using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Answering;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite;
using Synapse.Storage;
using Synapse.Switching;
using Synapse.Web.Hosting;
using Synapse.Web.Layout;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>The pages on a free port of this machine, over the real store and pipeline in a temporary folder, under the policy that they promise to live with.</summary>
internal sealed class PageHost : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("synapse-web-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly WebApplication _app;
    private readonly Task _work;

    private PageHost(bool indexes, bool offline, IReadOnlyList<IEmbedder> models, bool switches)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Services.UseSqlite(Path.Combine(_folder, "data"));
        builder.Services.AddSingleton<IEmbedder>(new WordEmbedder());
        builder.Services.AddSingleton<IEmbedders>(provider => new Embedders(provider.GetRequiredService<IEmbedder>(), models));
        builder.Services.AddSingleton<ExtractiveAnswerer>();
        builder.Services.AddSingleton<GatedAnswerer>();
        builder.Services.AddSingleton<IAnswerer>(provider => provider.GetRequiredService<GatedAnswerer>());
        builder.Services.AddSingleton(EgressPolicy.Create(new EgressOptions { Offline = offline }, []));
        builder.Services.AddSynapseIngestion();
        builder.Services.AddSynapseRetrieval();
        builder.Services.AddSingleton<SwitchedScope>();
        builder.Services.AddScoped<ICallerScope>(provider => provider.GetRequiredService<SwitchedScope>());
        builder.Services.AddSynapseWeb();
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = SynapseWeb.ContentSecurityPolicy;
            return next(context);
        });
        _app.UseRouting();
        _app.UseAntiforgery();
        _app.MapSynapseWebAssets();
        _app.MapSynapseWebPages();
        _app.MapGet("/sign-in", (string? message) => new RazorComponentResult<SignInPage>(new { Message = message ?? "" }) { StatusCode = StatusCodes.Status401Unauthorized });
        _work = Task.WhenAll(
            indexes ? Service<IngestionQueue>().RunAsync(_stop.Token) : Task.CompletedTask,
            switches ? Service<ModelSwitching>().RunAsync(_stop.Token) : Task.CompletedTask);
    }

    public string Address { get; private set; } = "";

    public GatedAnswerer Answerer => Service<GatedAnswerer>();

    public SwitchedScope Caller => Service<SwitchedScope>();

    /// <summary>Starts the pages.</summary>
    /// <param name="indexes">Whether jobs are worked on; else they stay queued.</param>
    /// <param name="offline">Whether the process says that it is in offline mode.</param>
    /// <param name="models">The embedders that are configured beside the built-in one; the first embeds new collections.</param>
    /// <param name="switches">Whether switches of models are worked on; else they stay as they are.</param>
    public static async Task<PageHost> StartAsync(bool indexes = true, bool offline = false, IReadOnlyList<IEmbedder>? models = null, bool switches = true)
    {
        var host = new PageHost(indexes, offline, models ?? [], switches);
        await host._app.StartAsync();
        host.Address = host.Service<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return host;
    }

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Writes files into a folder of the machine and indexes them as a collection named after it.</summary>
    public async Task<IngestionJob> IndexAsync(string collection, params (string Path, string Text)[] files)
    {
        var job = await EnqueueAsync(collection, files);
        return await Service<IngestionQueue>().WaitAsync(AccessScope.Everything, job.Id, TestContext.Current.CancellationToken);
    }

    /// <summary>Writes files, and asks for them to be indexed.</summary>
    public async Task<IngestionJob> EnqueueAsync(string collection, params (string Path, string Text)[] files)
    {
        var folder = Path.Combine(_folder, collection);
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
        }

        var acquisition = await Service<Librarian>().AddAsync(AccessScope.Everything, folder, null, TestContext.Current.CancellationToken);
        return acquisition.Job;
    }

    /// <summary>Adds a collection with one document that a model embedded which is not there any more.</summary>
    public async Task AddOfAnotherModelAsync(string name, EmbeddingSpace space, string text, CancellationToken cancellationToken)
    {
        var collection = await Service<ILibraryStore>().CreateCollectionAsync(name, cancellationToken);
        var source = await Service<ILibraryStore>().AddSourceAsync(collection.Id, SourceKind.File, $"/{name}.txt", cancellationToken);
        await Service<IIngestionStore>().UseEmbeddingSpaceAsync(collection.Id, space, cancellationToken);
        var chunk = new Chunk(0, 0, text.Length, 1, 1, ChunkKind.Prose, null, null, false);
        var terms = Service<TextAnalyzer>().AnalyzeChunk(text, chunk, $"{name}.txt");
        var version = new DocumentVersion(
            source.Id, $"{name}.txt", "text", new string('0', 64), text.Length, DateTimeOffset.UnixEpoch, text, 1, [chunk], [terms], new float[space.Dimensions]);
        await Service<IIngestionStore>().CommitAsync(new IngestionBatch(collection.Id, [version], [], []), cancellationToken);
    }

    /// <summary>The document at a path.</summary>
    public async Task<Document> FindDocumentAsync(string path)
    {
        var library = Service<ILibraryStore>();
        foreach (var summary in await library.ListCollectionsAsync(AccessScope.Everything, default))
        {
            var documents = await library.ListDocumentsAsync(AccessScope.Everything, summary.Collection.Id, null, 1_000, default);
            if (documents.FirstOrDefault(document => document.Path == path) is { } found)
            {
                return found;
            }
        }

        throw new InvalidOperationException($"No document '{path}'.");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _stop.CancelAsync();
        try
        {
            await _work;
        }
        catch (OperationCanceledException)
        {
            // That is how the line of jobs ends.
        }

        await _app.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
