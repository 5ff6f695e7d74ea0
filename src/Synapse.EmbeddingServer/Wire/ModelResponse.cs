namespace Synapse.EmbeddingServer.Wire;

/// <summary>The models that are loaded.</summary>
/// <param name="Object">Always <c>list</c>.</param>
/// <param name="Data">The models, in the order of the settings.</param>
internal sealed record ModelListResponse(string Object, IReadOnlyList<ModelResponse> Data);

/// <summary>A model that is loaded.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Object">Always <c>model</c>.</param>
/// <param name="Created">When it was loaded, in seconds since 1970.</param>
/// <param name="OwnedBy">Always <c>synapse</c>; tells clients which server this is.</param>
/// <param name="Kind"><c>embedding</c> or <c>rerank</c>.</param>
/// <param name="Dimensions">Numbers per embedding; absent for rerankers.</param>
/// <param name="MaxInputTokens">Tokens that it reads of a text, or of a query and a document together; what is longer is cut.</param>
/// <param name="MaxBatchInputs">Most inputs of a request.</param>
/// <param name="MaxBatchTokens">Most tokens of a request.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>.</param>
/// <param name="Sha256">SHA-256 of the weights.</param>
/// <param name="Normalized">Whether embeddings have unit length; absent for rerankers.</param>
internal sealed record ModelResponse(
    string Id,
    string Object,
    long Created,
    string OwnedBy,
    string Kind,
    int? Dimensions,
    int MaxInputTokens,
    int MaxBatchInputs,
    int MaxBatchTokens,
    string Device,
    string Sha256,
    bool? Normalized);

/// <summary>Whether the service takes requests.</summary>
/// <param name="Status"><c>loading</c> or <c>ready</c>.</param>
internal sealed record HealthResponse(string Status);
