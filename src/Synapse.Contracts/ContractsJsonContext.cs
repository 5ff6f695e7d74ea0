using System.Text.Json.Serialization;

namespace Synapse.Contracts;

/// <summary>How the contract is written as JSON, generated at build time so that a short-lived process pays nothing for reflection.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CreateCollectionRequest))]
[JsonSerializable(typeof(ChangeCollectionRequest))]
[JsonSerializable(typeof(CollectionResponse))]
[JsonSerializable(typeof(CollectionListResponse))]
[JsonSerializable(typeof(AddSourceRequest))]
[JsonSerializable(typeof(SourceResponse))]
[JsonSerializable(typeof(SourceListResponse))]
[JsonSerializable(typeof(SourceAddedResponse))]
[JsonSerializable(typeof(SkippedFileListResponse))]
[JsonSerializable(typeof(DocumentResponse))]
[JsonSerializable(typeof(DocumentPageResponse))]
[JsonSerializable(typeof(DocumentTextResponse))]
[JsonSerializable(typeof(JobResponse))]
[JsonSerializable(typeof(JobListResponse))]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(SearchResponse))]
[JsonSerializable(typeof(NoteResponse))]
[JsonSerializable(typeof(AnswerRequest))]
[JsonSerializable(typeof(AnswerResponse))]
[JsonSerializable(typeof(AnswerSentenceResponse))]
[JsonSerializable(typeof(CitationResponse))]
[JsonSerializable(typeof(PassagesResponse))]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(HealthPartsResponse))]
[JsonSerializable(typeof(EgressPageResponse))]
[JsonSerializable(typeof(SignInLinkResponse))]
[JsonSerializable(typeof(ProblemResponse))]
public sealed partial class ContractsJsonContext : JsonSerializerContext;
