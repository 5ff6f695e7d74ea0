using Synapse.Postgres.Catalogue;

namespace Synapse.Postgres.Search;

/// <summary>A space of embeddings in a view.</summary>
/// <param name="Space">The space.</param>
/// <param name="Collections">The collections of the view with chunks embedded there, and how many each has.</param>
internal sealed record ViewedSpace(EmbeddingSpaceRow Space, IReadOnlyList<(long CollectionId, long ChunkCount)> Collections);
