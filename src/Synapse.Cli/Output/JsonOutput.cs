using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Synapse.Cli.Commands;
using Synapse.Contracts;
using Synapse.Storage.Copying;

namespace Synapse.Cli.Output;

/// <summary>Writes JSON documents to the standard output.</summary>
internal static class JsonOutput
{
    /// <summary>Writes one document on one line.</summary>
    public static void Write<T>(T value, JsonTypeInfo<T> type)
    {
        // Text stays readable: outside of HTML nothing but quotes and control characters has to be escaped.
        using var output = Console.OpenStandardOutput();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        output.WriteByte((byte)'\n');
        output.Flush();
    }
}

/// <summary>The output of <c>search --json</c>. Its names are a contract.</summary>
internal sealed record SearchOutput(IReadOnlyList<HitOutput> Hits, double ElapsedMs)
{
    public static SearchOutput Of(SearchResponse found)
        => new(
            [.. found.Hits.Select(hit => new HitOutput(
                hit.Document, hit.StartLine, hit.EndLine, hit.Heading, hit.Symbol, hit.Score, hit.Text, hit.Explain))],
            found.ElapsedMs);
}

/// <summary>A hit of <c>search --json</c>.</summary>
internal sealed record HitOutput(
    string Document,
    int StartLine,
    int EndLine,
    string? Heading,
    string? Symbol,
    double Score,
    string Text,
    IReadOnlyDictionary<string, double> Explain);

/// <summary>The output of <c>ask --json</c>. Its names are a contract.</summary>
internal sealed record AnswerOutput(
    string Answer,
    IReadOnlyList<AnswerSentenceResponse> Sentences,
    IReadOnlyList<CitationOutput> Citations,
    bool Found,
    string Finish,
    AnswerModelResponse? Model,
    int PassagesUsed,
    IReadOnlyList<LeftOutPassageResponse>? PassagesLeftOut,
    TokenUsageResponse? Usage,
    AnswerFaultResponse? Error)
{
    public static AnswerOutput Of(AnswerResponse answer)
        => new(
            answer.Answer,
            answer.Sentences,
            [.. answer.Citations.Select(citation => new CitationOutput(
                citation.Number, citation.Document, citation.StartLine, citation.EndLine, citation.Quote, citation.Verified))],
            answer.Found,
            answer.Finish,
            answer.Model,
            answer.PassagesUsed,
            answer.PassagesLeftOut,
            answer.Usage,
            answer.Error);
}

/// <summary>A citation of <c>ask --json</c>.</summary>
internal sealed record CitationOutput(int Number, string Document, int StartLine, int EndLine, string Quote, bool Verified);

/// <summary>The output of any command with <c>--json</c> that failed. Its names are a contract.</summary>
internal sealed record ErrorOutput(ErrorBody Error);

/// <summary>An error.</summary>
internal sealed record ErrorBody(string Code, string Message);

/// <summary>The output of <c>index --json</c>.</summary>
internal sealed record IndexOutput(IReadOnlyList<IndexedSourceOutput> Sources);

/// <summary>A source that was brought up to date.</summary>
internal sealed record IndexedSourceOutput(
    string Collection,
    string Location,
    long Files,
    long Added,
    long Changed,
    long Removed,
    long Chunks,
    IReadOnlyDictionary<string, int> Skipped,
    double ElapsedMs)
{
    public static IndexedSourceOutput Of(IndexedPath indexed, IReadOnlyList<SkippedFileResponse> skipped)
    {
        var progress = indexed.Job.Progress;
        return new(
            indexed.Source.Collection,
            indexed.Source.Location,
            progress.FilesFound,
            progress.DocumentsAdded,
            progress.DocumentsChanged,
            progress.DocumentsRemoved,
            progress.ChunksStored,
            skipped.GroupBy(file => file.Reason).ToDictionary(group => group.Key, group => group.Count()),
            ((indexed.Job.FinishedAt - indexed.Job.StartedAt) ?? TimeSpan.Zero).TotalMilliseconds);
    }
}

/// <summary>The output of <c>status --json</c>.</summary>
internal sealed record StatusOutput(
    string DataFolder, bool Offline, ServerOutput? Server, IReadOnlyList<CollectionOutput> Collections, IReadOnlyList<JobOutput> Jobs,
    IReadOnlyList<ProviderResponse> Providers);

/// <summary>The server that runs on the data folder.</summary>
internal sealed record ServerOutput(string? Address, int Pid);

/// <summary>A collection.</summary>
internal sealed record CollectionOutput(
    string Name, long Documents, long Chunks, long SizeBytes, bool LocalOnly, string? EmbeddingModel, IReadOnlyList<SourceOutput> Sources)
{
    public static CollectionOutput Of(
        CollectionResponse collection, IReadOnlyList<SourceResponse> sources, IReadOnlyDictionary<long, IReadOnlyList<SkippedFileResponse>>? skipped)
        => new(
            collection.Name,
            collection.DocumentCount,
            collection.ChunkCount,
            collection.SizeBytes,
            collection.LocalOnly,
            collection.EmbeddingModel,
            [.. sources.Where(source => source.Collection == collection.Name)
                .Select(source => new SourceOutput(source.Id, source.Kind, source.Location, skipped?.GetValueOrDefault(source.Id)))]);
}

/// <summary>A source, and the files that it left out if they were asked for.</summary>
internal sealed record SourceOutput(
    long Id,
    string Kind,
    string Location,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<SkippedFileResponse>? Skipped);

/// <summary>A job that has not ended.</summary>
internal sealed record JobOutput(long Id, string Collection, string State, long FilesFound, long FilesDone, string? ErrorCode, string? ErrorMessage)
{
    public static JobOutput Of(JobResponse job)
        => new(job.Id, job.Collection, job.State, job.Progress.FilesFound, job.Progress.FilesDone, job.ErrorCode, job.ErrorMessage);
}

/// <summary>The output of <c>jobs --json</c>; its parts are those of the HTTP API.</summary>
internal sealed record JobsOutput(IReadOnlyList<JobResponse> Jobs);

/// <summary>The output of <c>remove --json</c>.</summary>
internal sealed record RemoveOutput(IReadOnlyList<string> Sources, IReadOnlyList<string> Collections);

/// <summary>The output of <c>egress --json</c>; its parts are those of the HTTP API.</summary>
internal sealed record EgressOutput(bool Offline, IReadOnlyList<EgressTotalResponse> Totals, IReadOnlyList<EgressEntryResponse> Entries);

/// <summary>The output of <c>sign-in --json</c>.</summary>
internal sealed record SignInOutput(string Url, DateTimeOffset ExpiresAt);

/// <summary>The output of <c>models pull --json</c>.</summary>
internal sealed record PullOutput(IReadOnlyList<PulledModelResponse> Models);

/// <summary>The output of <c>models verify --json</c>.</summary>
internal sealed record VerifyOutput(bool Whole, IReadOnlyList<ModelVerificationResponse> Models);

/// <summary>The output of <c>models path --json</c>.</summary>
internal sealed record ModelPathOutput(string Name, string Path);

/// <summary>The output of <c>models remove --json</c>.</summary>
internal sealed record RemovedModelsOutput(IReadOnlyList<string> Removed);

/// <summary>The output of <c>store copy --json</c>. Its names are a contract.</summary>
internal sealed record CopyOutput(bool Resumed, IReadOnlyList<CopiedCollectionOutput> Collections, long EgressEntries, double ElapsedMs)
{
    public static CopyOutput Of(CopyReport copied)
        => new(
            copied.Resumed,
            [.. copied.Collections.Select(collection => new CopiedCollectionOutput(collection.Name, collection.Documents, collection.Chunks, collection.Digest))],
            copied.EgressEntries,
            copied.Elapsed.TotalMilliseconds);
}

/// <summary>A collection of <c>store copy --json</c>.</summary>
internal sealed record CopiedCollectionOutput(string Name, long Documents, long Chunks, string Sha256);

/// <summary>The output of <c>models switch --json</c>; its parts are those of the HTTP API.</summary>
internal sealed record SwitchesOutput(IReadOnlyList<EmbeddingModelResponse> Models, IReadOnlyList<ModelSwitchResponse> Switches);

/// <summary>The output of <c>models switch end --json</c>.</summary>
internal sealed record EndedSwitchOutput(string Collection, string Model);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SwitchesOutput))]
[JsonSerializable(typeof(EndedSwitchOutput))]
[JsonSerializable(typeof(SwitchEstimateResponse))]
[JsonSerializable(typeof(ModelSwitchResponse))]
[JsonSerializable(typeof(EvaluationQuestionContract))]
[JsonSerializable(typeof(ArchiveResponse))]
[JsonSerializable(typeof(CheckedOutput))]
[JsonSerializable(typeof(RestoredOutput))]
[JsonSerializable(typeof(ImportedCollectionResponse))]
[JsonSerializable(typeof(CopyOutput))]
[JsonSerializable(typeof(SearchOutput))]
[JsonSerializable(typeof(AnswerOutput))]
[JsonSerializable(typeof(ErrorOutput))]
[JsonSerializable(typeof(IndexOutput))]
[JsonSerializable(typeof(StatusOutput))]
[JsonSerializable(typeof(RemoveOutput))]
[JsonSerializable(typeof(JobsOutput))]
[JsonSerializable(typeof(SignInOutput))]
[JsonSerializable(typeof(EgressOutput))]
[JsonSerializable(typeof(DiagnosisResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(ModelListResponse))]
[JsonSerializable(typeof(PullOutput))]
[JsonSerializable(typeof(VerifyOutput))]
[JsonSerializable(typeof(ModelPathOutput))]
[JsonSerializable(typeof(RemovedModelsOutput))]
[JsonSerializable(typeof(ModelBundleResponse))]
[JsonSerializable(typeof(ImportedModelsResponse))]
internal sealed partial class OutputJsonContext : JsonSerializerContext;
