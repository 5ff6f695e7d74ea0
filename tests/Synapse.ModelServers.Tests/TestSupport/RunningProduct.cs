using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Synapse.Contracts;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.ModelServers.Tests.TestSupport;

/// <summary>The whole product in this process: its settings in the data folder's <c>.env</c>, offline, with a folder of documents.</summary>
internal sealed class RunningProduct : IAsyncDisposable
{
    public const string Question = "How long is your notice period?";

    /// <summary>What bears out the sentence that the fixed model says.</summary>
    public const string Handbook = "# Notice\n\nAccording to the contract, your notice period is forty-two days.\n\n# Vacation\n\nEvery employee has thirty days of vacation.\n";

    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    private RunningProduct()
    {
    }

    /// <summary>Speaks to the product as every program does.</summary>
    public SynapseClient Client { get; private set; } = null!;

    public string Documents => Path.Combine(_folder.Path, "handbook");

    /// <summary>Starts it with documents indexed.</summary>
    /// <param name="settings">Lines of <c>.env</c>; local models and offline mode are set already.</param>
    /// <param name="documents">Name and text of each document; none for <see cref="Handbook"/> alone.</param>
    public static async Task<RunningProduct> StartAsync(IEnumerable<string> settings, params (string Name, string Text)[] documents)
    {
        var product = new RunningProduct();
        try
        {
            foreach (var (name, text) in documents.DefaultIfEmpty(("handbook.md", Handbook)))
            {
                product.Write(name, text);
            }

            product._folder.Write("data/.env", Lines(settings));
            var data = new DataFolder(Path.Combine(product._folder.Path, "data"));
            product._app = SynapseServer.Build(new ServerOptions { DataFolder = data, Port = null, LogLevel = LogLevel.None });
            await SynapseServer.StartAsync(product._app, TestContext.Current.CancellationToken);
            product.Client = SynapseServer.CreateClient(product._app);
            Assert.Equal("completed", (await product.IndexAsync()).State);
            return product;
        }
        catch
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>The settings of a local chat model and a local embedder.</summary>
    public static IEnumerable<string> Models(LlamaServer chat, LlamaServer? embedder = null)
        => [$"LOCAL_LLM_ENDPOINT={chat.Address}", "LOCAL_LLM_MODEL=tiny-chat", .. embedder is null ? Array.Empty<string>() : [$"LOCAL_EMBEDDING_ENDPOINT={embedder.Address}", "LOCAL_EMBEDDING_MODEL=tiny-embedder"]];

    /// <summary>A whole <c>.env</c>. Embedding a query has half a minute, so that a busy machine is not taken for a dead server.</summary>
    public static string Lines(IEnumerable<string> settings)
        => string.Join('\n', ["SYNAPSE_OFFLINE=true", "USE_LOCAL_MODELS=true", "SYNAPSE__RETRIEVAL__QUERYEMBEDDINGTIMEOUT=00:00:30", .. settings]) + "\n";

    public void Write(string name, string text) => _folder.Write(Path.Combine("handbook", name), text);

    /// <summary>Brings the index up to date, until the job ends or waits for something.</summary>
    public async Task<JobResponse> IndexAsync()
    {
        var added = await Client.AddSourceAsync(new AddSourceRequest(Documents, "handbook"), TestContext.Current.CancellationToken);
        var last = added.Job;
        await foreach (var job in Client.FollowJobAsync(added.Job.Id, TestContext.Current.CancellationToken))
        {
            last = job;
            if (job.State == "waiting")
            {
                break;
            }
        }

        return last;
    }

    /// <summary>Asks, and collects the events of the stream.</summary>
    /// <param name="onEvent">Hears each as it comes.</param>
    public async Task<IReadOnlyList<AnswerStreamEvent>> StreamAsync(Func<AnswerStreamEvent, Task>? onEvent = null)
    {
        var events = new List<AnswerStreamEvent>();
        await foreach (var next in Client.StreamAnswerAsync(new AnswerRequest(Question), TestContext.Current.CancellationToken))
        {
            events.Add(next);
            await (onEvent?.Invoke(next) ?? Task.CompletedTask);
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }

        _folder.Dispose();
    }
}
