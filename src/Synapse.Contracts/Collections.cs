using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>Makes a collection.</summary>
/// <param name="Name">Unique name; 1 to 100 characters, no control character and none of <c>/ \ ? # %</c>.</param>
/// <param name="LocalOnly">Whether its text only ever goes to providers on this machine or its private network.</param>
public sealed record CreateCollectionRequest([Required, StringLength(100, MinimumLength = 1)] string Name, bool LocalOnly = false);

/// <summary>Changes a collection. What is null stays as it is.</summary>
/// <param name="LocalOnly">Whether its text only ever goes to providers on this machine or its private network. What left before cannot be called back.</param>
public sealed record ChangeCollectionRequest(bool? LocalOnly = null);

/// <summary>A collection.</summary>
/// <param name="Name">Its unique name.</param>
/// <param name="DocumentCount">Documents that are searchable now.</param>
/// <param name="ChunkCount">Chunks of those documents.</param>
/// <param name="SizeBytes">Size of those documents as they were read, in bytes.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LocalOnly">Whether its text only ever goes to providers on this machine or its private network.</param>
/// <param name="EmbeddingModel">Name of the model that it is embedded with; null before the first document.</param>
public sealed record CollectionResponse(
    string Name, long DocumentCount, long ChunkCount, long SizeBytes, DateTimeOffset CreatedAt, bool LocalOnly, string? EmbeddingModel);

/// <summary>The collections, by name.</summary>
/// <param name="Collections">All collections that the caller may read.</param>
public sealed record CollectionListResponse(IReadOnlyList<CollectionResponse> Collections);
