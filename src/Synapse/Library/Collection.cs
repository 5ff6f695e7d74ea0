namespace Synapse.Library;

/// <summary>A named set of documents that are searched together.</summary>
/// <param name="Id">Key in the store; never reused.</param>
/// <param name="Name">Unique name; 1 to 100 characters, see <see cref="CollectionName"/>.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Privacy">How far its text may go.</param>
public sealed record Collection(long Id, string Name, DateTimeOffset CreatedAt, CollectionPrivacy Privacy = CollectionPrivacy.Unrestricted);

/// <summary>A collection with the counts that a list of collections shows.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="DocumentCount">Documents that are searchable now.</param>
/// <param name="ChunkCount">Chunks of those documents.</param>
/// <param name="SizeBytes">Size of those documents as they were read, in bytes.</param>
public sealed record CollectionSummary(Collection Collection, long DocumentCount, long ChunkCount, long SizeBytes)
{
    /// <summary>Name of the model that the collection is embedded with; null before the first document.</summary>
    public string? EmbeddingModel { get; init; }
}
