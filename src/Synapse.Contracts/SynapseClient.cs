using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Synapse.Contracts;

/// <summary>Speaks the HTTP contract of a Synapse server, over TCP or over a Unix socket. Safe to use from several threads at once.</summary>
/// <remarks>Every method throws <see cref="SynapseApiException"/> when the server refuses, fails or cannot be reached.</remarks>
public sealed class SynapseClient : IDisposable
{
    private const string UnixPrefix = "unix:";
    private readonly HttpClient _http;

    /// <summary>Opens a client.</summary>
    /// <param name="address">The server's base address, such as <c>http://127.0.0.1:3000</c>, or <c>unix:</c> and the path of its socket.</param>
    /// <param name="token">The bearer token; null for none.</param>
    public SynapseClient(string address, string? token)
    {
        ArgumentException.ThrowIfNullOrEmpty(address);

        // No proxy, redirect, cookie or decompression: the server is on this machine, and the token must not travel on.
#pragma warning disable RS0030 // The client of this server, not of others: it speaks to a loopback address or a Unix socket, and the contract sees no other project of ours.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        var baseAddress = address;
        if (address.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            var path = address[UnixPrefix.Length..];
            handler.ConnectCallback = (_, cancellationToken) => ConnectAsync(path, cancellationToken);
            baseAddress = "http://localhost";
        }

        Address = address;
        _http = new HttpClient(handler) { BaseAddress = new Uri(baseAddress), Timeout = Timeout.InfiniteTimeSpan };
#pragma warning restore RS0030
        if (token is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>The address given.</summary>
    public string Address { get; }

    /// <summary>Asks whether the server is there.</summary>
    public Task<HealthResponse> GetLiveAsync(CancellationToken cancellationToken = default)
        => GetAsync("/api/health/live", ContractsJsonContext.Default.HealthResponse, cancellationToken);

    /// <summary>Asks whether questions can be answered; a server whose store is away refuses with status 503.</summary>
    public Task<HealthResponse> GetReadyAsync(CancellationToken cancellationToken = default)
        => GetAsync("/api/health/ready", ContractsJsonContext.Default.HealthResponse, cancellationToken);

    /// <summary>Asks for the state of the server's parts.</summary>
    public Task<HealthPartsResponse> GetHealthAsync(CancellationToken cancellationToken = default)
        => GetAsync("/api/health", ContractsJsonContext.Default.HealthPartsResponse, cancellationToken);

    /// <summary>Makes a new one-time sign-in link.</summary>
    public Task<SignInLinkResponse> CreateSignInLinkAsync(CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Post, "/api/v1/sign-in-links", null, ContractsJsonContext.Default.SignInLinkResponse, cancellationToken);

    /// <summary>Lists the collections.</summary>
    public Task<CollectionListResponse> ListCollectionsAsync(CancellationToken cancellationToken = default)
        => GetAsync("/api/v1/collections", ContractsJsonContext.Default.CollectionListResponse, cancellationToken);

    /// <summary>Reads one collection.</summary>
    public Task<CollectionResponse> GetCollectionAsync(string collection, CancellationToken cancellationToken = default)
        => GetAsync($"/api/v1/collections/{Segment(collection)}", ContractsJsonContext.Default.CollectionResponse, cancellationToken);

    /// <summary>Makes a collection.</summary>
    public Task<CollectionResponse> CreateCollectionAsync(CreateCollectionRequest request, CancellationToken cancellationToken = default)
        => PostAsync("/api/v1/collections", request, ContractsJsonContext.Default.CreateCollectionRequest, ContractsJsonContext.Default.CollectionResponse, cancellationToken);

    /// <summary>Changes a collection.</summary>
    public Task<CollectionResponse> ChangeCollectionAsync(string collection, ChangeCollectionRequest request, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Patch, $"/api/v1/collections/{Segment(collection)}", request, ContractsJsonContext.Default.ChangeCollectionRequest, ContractsJsonContext.Default.CollectionResponse, cancellationToken);

    /// <summary>Reads the ledger of what left, newest first, one page at a time.</summary>
    /// <param name="provider">Only requests of this provider; null for all.</param>
    /// <param name="collection">Only requests that carried text of this collection; null for all.</param>
    /// <param name="purpose">Only requests for this purpose; null for all.</param>
    /// <param name="before"><see cref="EgressPageResponse.Next"/> of the page before; null for the first.</param>
    /// <param name="limit">Most entries of the page; 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<EgressPageResponse> ListEgressAsync(
        string? provider = null, string? collection = null, string? purpose = null, long? before = null, int limit = 100, CancellationToken cancellationToken = default)
        => GetAsync(
            $"/api/v1/egress?limit={limit}" + Parameter("provider", provider) + Parameter("collection", collection) + Parameter("purpose", purpose)
                + (before is null ? "" : $"&before={before}"),
            ContractsJsonContext.Default.EgressPageResponse,
            cancellationToken);

    /// <summary>Removes a collection with all that belongs to it. The files themselves are not touched.</summary>
    public Task DeleteCollectionAsync(string collection, CancellationToken cancellationToken = default)
        => DeleteAsync($"/api/v1/collections/{Segment(collection)}", cancellationToken);

    /// <summary>Adds a folder or file to a collection, both made when they are not there, and brings it up to date.</summary>
    public Task<SourceAddedResponse> AddSourceAsync(AddSourceRequest request, CancellationToken cancellationToken = default)
        => PostAsync("/api/v1/sources", request, ContractsJsonContext.Default.AddSourceRequest, ContractsJsonContext.Default.SourceAddedResponse, cancellationToken);

    /// <summary>Lists the sources of a collection, or of all.</summary>
    public Task<SourceListResponse> ListSourcesAsync(string? collection = null, CancellationToken cancellationToken = default)
        => GetAsync(
            "/api/v1/sources" + (collection is null ? "" : $"?collection={Segment(collection)}"),
            ContractsJsonContext.Default.SourceListResponse,
            cancellationToken);

    /// <summary>Removes a source and its documents. The files themselves are not touched.</summary>
    public Task DeleteSourceAsync(long sourceId, CancellationToken cancellationToken = default)
        => DeleteAsync($"/api/v1/sources/{sourceId}", cancellationToken);

    /// <summary>Lists the files that the last walk of a source left out.</summary>
    public Task<SkippedFileListResponse> ListSkippedFilesAsync(long sourceId, CancellationToken cancellationToken = default)
        => GetAsync($"/api/v1/sources/{sourceId}/skipped", ContractsJsonContext.Default.SkippedFileListResponse, cancellationToken);

    /// <summary>Lists documents of a collection by path, one page at a time.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="after"><see cref="DocumentPageResponse.Next"/> of the page before; null for the first.</param>
    /// <param name="limit">Most documents of the page; 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<DocumentPageResponse> ListDocumentsAsync(string collection, string? after = null, int limit = 100, CancellationToken cancellationToken = default)
        => GetAsync(
            $"/api/v1/collections/{Segment(collection)}/documents?limit={limit}" + (after is null ? "" : $"&after={Segment(after)}"),
            ContractsJsonContext.Default.DocumentPageResponse,
            cancellationToken);

    /// <summary>Reads one document.</summary>
    public Task<DocumentResponse> GetDocumentAsync(long documentId, CancellationToken cancellationToken = default)
        => GetAsync($"/api/v1/documents/{documentId}", ContractsJsonContext.Default.DocumentResponse, cancellationToken);

    /// <summary>Reads lines of a document's stored text.</summary>
    /// <param name="documentId">The document.</param>
    /// <param name="startLine">First line, from 1.</param>
    /// <param name="endLine">Last line, inclusive; null for the last of the document.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<DocumentTextResponse> GetDocumentTextAsync(long documentId, int startLine = 1, int? endLine = null, CancellationToken cancellationToken = default)
        => GetAsync(
            $"/api/v1/documents/{documentId}/text?startLine={startLine}" + (endLine is null ? "" : $"&endLine={endLine}"),
            ContractsJsonContext.Default.DocumentTextResponse,
            cancellationToken);

    /// <summary>Lists jobs, newest first.</summary>
    /// <param name="collection">Only jobs of this collection; null for all.</param>
    /// <param name="unfinishedOnly">Only jobs that have not ended.</param>
    /// <param name="limit">Most jobs to return; 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<JobListResponse> ListJobsAsync(string? collection = null, bool unfinishedOnly = false, int limit = 100, CancellationToken cancellationToken = default)
        => GetAsync(
            $"/api/v1/jobs?limit={limit}{(unfinishedOnly ? "&unfinished=true" : "")}" + (collection is null ? "" : $"&collection={Segment(collection)}"),
            ContractsJsonContext.Default.JobListResponse,
            cancellationToken);

    /// <summary>Reads one job.</summary>
    public Task<JobResponse> GetJobAsync(long jobId, CancellationToken cancellationToken = default)
        => GetAsync($"/api/v1/jobs/{jobId}", ContractsJsonContext.Default.JobResponse, cancellationToken);

    /// <summary>Lets a job stand still until it is resumed. What it has stored stays. A job that has ended is left as it is.</summary>
    public Task<JobResponse> PauseJobAsync(long jobId, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Post, $"/api/v1/jobs/{jobId}/pause", null, ContractsJsonContext.Default.JobResponse, cancellationToken);

    /// <summary>Lets a paused job go on. Any other is left as it is.</summary>
    public Task<JobResponse> ResumeJobAsync(long jobId, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Post, $"/api/v1/jobs/{jobId}/resume", null, ContractsJsonContext.Default.JobResponse, cancellationToken);

    /// <summary>Asks a job to stop. What it has stored stays.</summary>
    public Task<JobResponse> CancelJobAsync(long jobId, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Post, $"/api/v1/jobs/{jobId}/cancel", null, ContractsJsonContext.Default.JobResponse, cancellationToken);

    /// <summary>Follows a job: its state now, then every change, until it has ended.</summary>
    public async IAsyncEnumerable<JobResponse> FollowJobAsync(long jobId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{jobId}/events");
        await foreach (var item in StreamAsync(request, cancellationToken))
        {
            yield return Read(item.Data, ContractsJsonContext.Default.JobResponse);
        }
    }

    /// <summary>Searches.</summary>
    public Task<SearchResponse> SearchAsync(SearchRequest request, CancellationToken cancellationToken = default)
        => PostAsync("/api/v1/search", request, ContractsJsonContext.Default.SearchRequest, ContractsJsonContext.Default.SearchResponse, cancellationToken);

    /// <summary>Answers a question, and returns the answer when it is whole.</summary>
    public Task<AnswerResponse> AnswerAsync(AnswerRequest request, CancellationToken cancellationToken = default)
        => PostAsync("/api/v1/answers", request, ContractsJsonContext.Default.AnswerRequest, ContractsJsonContext.Default.AnswerResponse, cancellationToken);

    /// <summary>Answers a question, and returns each part as soon as it is there.</summary>
    public async IAsyncEnumerable<AnswerStreamEvent> StreamAnswerAsync(AnswerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/api/v1/answers")
        {
            Content = JsonContent.Create(request, ContractsJsonContext.Default.AnswerRequest),
        };
        await foreach (var item in StreamAsync(message, cancellationToken))
        {
            if (ToAnswerEvent(item) is { } answerEvent)
            {
                yield return answerEvent;
            }
        }
    }

    /// <summary>Lists the configured providers and how they are.</summary>
    public Task<ProviderListResponse> ListProvidersAsync(CancellationToken cancellationToken = default)
        => GetAsync("/api/v1/providers", ContractsJsonContext.Default.ProviderListResponse, cancellationToken);

    /// <summary>Has the configured providers checked step by step, and returns each step as soon as it is over.</summary>
    public async IAsyncEnumerable<DiagnosisStepResponse> DiagnoseAsync(DiagnosisRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/api/v1/diagnosis")
        {
            Content = JsonContent.Create(request, ContractsJsonContext.Default.DiagnosisRequest),
        };
        var isComplete = false;
        await foreach (var item in StreamAsync(message, cancellationToken))
        {
            isComplete = item.EventType == "completed";
            if (!isComplete)
            {
                yield return Read(item.Data, ContractsJsonContext.Default.DiagnosisStepResponse);
            }
        }

        if (!isComplete)
        {
            throw new SynapseApiException(0, ErrorCodes.ServerUnreachable, "The server stopped while it answered. Try again.");
        }
    }

    /// <summary>Lists the models of the catalogue and those that are installed.</summary>
    public Task<ModelListResponse> ListModelsAsync(CancellationToken cancellationToken = default)
        => GetAsync("/api/v1/models", ContractsJsonContext.Default.ModelListResponse, cancellationToken);

    /// <summary>Reads one model that is installed and ready to be loaded.</summary>
    public Task<ModelResponse> GetModelAsync(string model, CancellationToken cancellationToken = default)
        => GetAsync($"/api/v1/models/{ModelSegment(model)}", ContractsJsonContext.Default.ModelResponse, cancellationToken);

    /// <summary>Has a model fetched from the hub, and returns how far it is. It stops when this is no longer read; what has come is kept.</summary>
    public async IAsyncEnumerable<PullStreamEvent> PullModelAsync(PullModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/api/v1/models/pull")
        {
            Content = JsonContent.Create(request, ContractsJsonContext.Default.PullModelRequest),
        };
        var isComplete = false;
        await foreach (var item in StreamAsync(message, cancellationToken))
        {
            isComplete = item.EventType == "completed";
            if (ToPullEvent(item) is { } pullEvent)
            {
                yield return pullEvent;
            }
        }

        if (!isComplete)
        {
            throw new SynapseApiException(0, ErrorCodes.ServerUnreachable, "The server stopped while it fetched the model. Try again; it goes on where it stopped.");
        }
    }

    /// <summary>Compares the files of a model with its lock.</summary>
    public Task<ModelVerificationResponse> VerifyModelAsync(string model, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Post, $"/api/v1/models/{ModelSegment(model)}/verify", null, ContractsJsonContext.Default.ModelVerificationResponse, cancellationToken);

    /// <summary>Removes a model.</summary>
    public Task DeleteModelAsync(string model, CancellationToken cancellationToken = default)
        => DeleteAsync($"/api/v1/models/{ModelSegment(model)}", cancellationToken);

    /// <summary>Packs models into one file on the server's machine; over the Unix socket alone.</summary>
    public Task<ModelBundleResponse> BundleModelsAsync(BundleModelsRequest request, CancellationToken cancellationToken = default)
        => PostAsync("/api/v1/models/bundle", request, ContractsJsonContext.Default.BundleModelsRequest, ContractsJsonContext.Default.ModelBundleResponse, cancellationToken);

    /// <summary>Brings models in from a file or folder of the server's machine; over the Unix socket alone.</summary>
    public Task<ImportedModelsResponse> ImportModelsAsync(ImportModelsRequest request, CancellationToken cancellationToken = default)
        => PostAsync("/api/v1/models/import", request, ContractsJsonContext.Default.ImportModelsRequest, ContractsJsonContext.Default.ImportedModelsResponse, cancellationToken);

    /// <summary>Lists the embedding models of the configuration.</summary>
    public Task<EmbeddingModelListResponse> ListEmbeddingModelsAsync(CancellationToken cancellationToken = default)
        => GetAsync("/api/v1/embedding-models", ContractsJsonContext.Default.EmbeddingModelListResponse, cancellationToken);

    /// <summary>Lists the collections that are being switched to another embedding model.</summary>
    public Task<ModelSwitchListResponse> ListSwitchesAsync(CancellationToken cancellationToken = default)
        => GetAsync("/api/v1/switches", ContractsJsonContext.Default.ModelSwitchListResponse, cancellationToken);

    /// <summary>Tells what a switch to another embedding model takes.</summary>
    public Task<SwitchEstimateResponse> EstimateSwitchAsync(string collection, EstimateSwitchRequest request, CancellationToken cancellationToken = default)
        => PostAsync($"{SwitchOf(collection)}/estimate", request, ContractsJsonContext.Default.EstimateSwitchRequest, ContractsJsonContext.Default.SwitchEstimateResponse, cancellationToken);

    /// <summary>Begins a switch to another embedding model.</summary>
    public Task<ModelSwitchResponse> StartSwitchAsync(string collection, StartSwitchRequest request, CancellationToken cancellationToken = default)
        => PostAsync(SwitchOf(collection), request, ContractsJsonContext.Default.StartSwitchRequest, ContractsJsonContext.Default.ModelSwitchResponse, cancellationToken);

    /// <summary>Reads the switch of a collection.</summary>
    public Task<ModelSwitchResponse> GetSwitchAsync(string collection, CancellationToken cancellationToken = default)
        => GetAsync(SwitchOf(collection), ContractsJsonContext.Default.ModelSwitchResponse, cancellationToken);

    /// <summary>Says what shall become of the switch of a collection.</summary>
    public Task<ModelSwitchResponse> ChangeSwitchAsync(string collection, ChangeSwitchRequest request, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Patch, SwitchOf(collection), request, ContractsJsonContext.Default.ChangeSwitchRequest, ContractsJsonContext.Default.ModelSwitchResponse, cancellationToken);

    /// <summary>Ends the switch of a collection: what searches do not use is removed by and by.</summary>
    public Task EndSwitchAsync(string collection, CancellationToken cancellationToken = default) => DeleteAsync(SwitchOf(collection), cancellationToken);

    /// <summary>Reads the questions that a collection is measured by.</summary>
    public Task<EvaluationContract> GetEvaluationAsync(string collection, CancellationToken cancellationToken = default)
        => GetAsync($"/api/v1/collections/{Segment(collection)}/evaluation", ContractsJsonContext.Default.EvaluationContract, cancellationToken);

    /// <summary>Keeps the questions that a collection is measured by.</summary>
    public Task<EvaluationContract> PutEvaluationAsync(string collection, EvaluationContract evaluation, CancellationToken cancellationToken = default)
        => SendAsync(HttpMethod.Put, $"/api/v1/collections/{Segment(collection)}/evaluation", evaluation, ContractsJsonContext.Default.EvaluationContract, ContractsJsonContext.Default.EvaluationContract, cancellationToken);

    /// <summary>Forgets the questions that a collection is measured by.</summary>
    public Task DeleteEvaluationAsync(string collection, CancellationToken cancellationToken = default)
        => DeleteAsync($"/api/v1/collections/{Segment(collection)}/evaluation", cancellationToken);

    /// <summary>Has a backup of the whole store written to a file of the server's machine, and returns how far it is; over the Unix socket alone. It stops when this is no longer read, and leaves nothing.</summary>
    public IAsyncEnumerable<ArchiveStreamEvent> BackupAsync(BackupRequest request, CancellationToken cancellationToken = default)
        => FollowArchiveAsync("/api/v1/backups", JsonContent.Create(request, ContractsJsonContext.Default.BackupRequest), cancellationToken);

    /// <summary>Has a collection exported to a file of the server's machine, and returns how far it is; over the Unix socket alone. It stops when this is no longer read, and leaves nothing.</summary>
    public IAsyncEnumerable<ArchiveStreamEvent> ExportCollectionAsync(ExportCollectionRequest request, CancellationToken cancellationToken = default)
        => FollowArchiveAsync("/api/v1/exports", JsonContent.Create(request, ContractsJsonContext.Default.ExportCollectionRequest), cancellationToken);

    /// <summary>Has a collection imported from a file of the server's machine, and returns how far it is; over the Unix socket alone. It stops when this is no longer read, and leaves nothing.</summary>
    public IAsyncEnumerable<ArchiveStreamEvent> ImportCollectionAsync(ImportCollectionRequest request, CancellationToken cancellationToken = default)
        => FollowArchiveAsync("/api/v1/imports", JsonContent.Create(request, ContractsJsonContext.Default.ImportCollectionRequest), cancellationToken);

    /// <summary>Reads a backup of the whole store as it is made. One that ends early is not whole, which whoever restores it is told.</summary>
    public Task<Stream> ReadBackupAsync(CancellationToken cancellationToken = default) => ReadStreamAsync("/api/v1/backup", cancellationToken);

    /// <summary>Reads an export of a collection as it is made. One that ends early is not whole, which whoever imports it is told.</summary>
    public Task<Stream> ReadCollectionAsync(string collection, CancellationToken cancellationToken = default)
        => ReadStreamAsync($"/api/v1/collections/{Segment(collection)}/export", cancellationToken);

    /// <summary>Sends an archive whose collection is imported.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="name">Another name for the collection; null for its own.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<ImportedCollectionResponse> UploadCollectionAsync(Stream archive, string? name = null, CancellationToken cancellationToken = default)
    {
        using var content = new StreamContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        var path = "/api/v1/collections/import" + (name is null ? "" : $"?name={Segment(name)}");
        return await SendAsync(HttpMethod.Post, path, content, ContractsJsonContext.Default.ImportedCollectionResponse, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async IAsyncEnumerable<ArchiveStreamEvent> FollowArchiveAsync(string path, HttpContent content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        var isComplete = false;
        await foreach (var item in StreamAsync(message, cancellationToken))
        {
            isComplete = item.EventType is "archived" or "imported";
            if (ToArchiveEvent(item) is { } archiveEvent)
            {
                yield return archiveEvent;
            }
        }

        if (!isComplete)
        {
            throw new SynapseApiException(0, ErrorCodes.ServerUnreachable, "The server stopped while it worked. Try again.");
        }
    }

    private static ArchiveStreamEvent? ToArchiveEvent(SseItem<string> item) => item.EventType switch
    {
        "progress" => new ArchiveStreamEvent(Progress: Read(item.Data, ContractsJsonContext.Default.ArchiveProgressResponse)),
        "archived" => new ArchiveStreamEvent(Archived: Read(item.Data, ContractsJsonContext.Default.ArchiveResponse)),
        "imported" => new ArchiveStreamEvent(Imported: Read(item.Data, ContractsJsonContext.Default.ImportedCollectionResponse)),
        _ => null,
    };

    private async Task<Stream> ReadStreamAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    private static string SwitchOf(string collection) => $"/api/v1/collections/{Segment(collection)}/switch";

    private static PullStreamEvent? ToPullEvent(SseItem<string> item) => item.EventType switch
    {
        "progress" => new PullStreamEvent(Progress: Read(item.Data, ContractsJsonContext.Default.PullProgressResponse)),
        "waiting" => new PullStreamEvent(Waiting: Read(item.Data, ContractsJsonContext.Default.PullWaitingResponse)),
        "completed" => new PullStreamEvent(Completed: Read(item.Data, ContractsJsonContext.Default.PulledModelResponse)),
        _ => null,
    };

    // A slash cannot stand in a segment of a path, escaped or not.
    private static string ModelSegment(string model) => Segment(model.Replace("/", "--", StringComparison.Ordinal));

    // A newer server may tell more than this client knows.
    private static AnswerStreamEvent? ToAnswerEvent(SseItem<string> item) => item.EventType switch
    {
        "passages" => new AnswerStreamEvent(Passages: Read(item.Data, ContractsJsonContext.Default.PassagesResponse)),
        "citation" => new AnswerStreamEvent(Citation: Read(item.Data, ContractsJsonContext.Default.CitationResponse)),
        "sentence" => new AnswerStreamEvent(Sentence: Read(item.Data, ContractsJsonContext.Default.AnswerSentenceResponse)),
        "completed" => new AnswerStreamEvent(Completed: Read(item.Data, ContractsJsonContext.Default.AnswerResponse)),
        "rewritten" => new AnswerStreamEvent(Rewritten: Read(item.Data, ContractsJsonContext.Default.RewrittenQuestionResponse)),
        "model" => new AnswerStreamEvent(Model: Read(item.Data, ContractsJsonContext.Default.ModelAskedResponse)),
        "waiting" => new AnswerStreamEvent(Waiting: Read(item.Data, ContractsJsonContext.Default.ProviderWaitResponse)),
        "text" => new AnswerStreamEvent(Text: Read(item.Data, ContractsJsonContext.Default.AnswerTextResponse)),
        _ => null,
    };

    private static string Segment(string value) => Uri.EscapeDataString(value);

    private static string Parameter(string name, string? value) => value is null ? "" : $"&{name}={Segment(value)}";

#pragma warning disable RS0030 // A Unix socket reaches no other machine.
    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
#pragma warning restore RS0030

    private Task<TResponse> GetAsync<TResponse>(string path, JsonTypeInfo<TResponse> type, CancellationToken cancellationToken)
        => SendAsync(HttpMethod.Get, path, null, type, cancellationToken);

    private Task<TResponse> PostAsync<TRequest, TResponse>(
        string path, TRequest body, JsonTypeInfo<TRequest> bodyType, JsonTypeInfo<TResponse> type, CancellationToken cancellationToken)
        => SendAsync(HttpMethod.Post, path, body, bodyType, type, cancellationToken);

    private Task<TResponse> SendAsync<TRequest, TResponse>(
        HttpMethod method, string path, TRequest body, JsonTypeInfo<TRequest> bodyType, JsonTypeInfo<TResponse> type, CancellationToken cancellationToken)
        => SendAsync(method, path, JsonContent.Create(body, bodyType), type, cancellationToken);

    private async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    private async Task<TResponse> SendAsync<TResponse>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<TResponse> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return Read(await response.Content.ReadAsStringAsync(cancellationToken), type);
    }

    private async IAsyncEnumerable<SseItem<string>> StreamAsync(HttpRequestMessage request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var items = SseParser.Create(stream).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(items))
        {
            if (items.Current.EventType == "error")
            {
                throw ToException(0, items.Current.Data);
            }

            yield return items.Current;
        }
    }

    private static async Task<bool> MoveNextAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new SynapseApiException(0, ErrorCodes.ServerUnreachable, "The server stopped while it answered. Try again.", error);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new SynapseApiException(0, ErrorCodes.ServerUnreachable, $"The server at '{Address}' does not answer: {error.Message}", error);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw ToException((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    private static TResponse Read<TResponse>(string json, JsonTypeInfo<TResponse> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("The body is null.");
        }
        catch (JsonException error)
        {
            throw new SynapseApiException(0, ErrorCodes.InternalError, $"The server's answer cannot be read: {error.Message}", error);
        }
    }

    private static SynapseApiException ToException(int status, string body)
    {
        ProblemResponse? problem = null;
        try
        {
            problem = JsonSerializer.Deserialize(body, ContractsJsonContext.Default.ProblemResponse);
        }
        catch (JsonException)
        {
            // Not a problem document, so not written by Synapse; the status alone has to do.
        }

        var message = problem?.Detail ?? problem?.Title ?? $"The server answered with status {status}.";
        return new SynapseApiException(status, problem?.Code ?? ErrorCodes.InternalError, message)
        {
            Errors = problem?.Errors ?? new Dictionary<string, string[]>(),
        };
    }
}
