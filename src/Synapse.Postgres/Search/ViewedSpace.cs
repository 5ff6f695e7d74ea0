using Synapse.Postgres.Catalogue;

namespace Synapse.Postgres.Search;

/// <summary>A space of embeddings in a view.</summary>
/// <param name="Space">The space.</param>
/// <param name="Collections">The collections of the view with chunks embedded there.</param>
internal sealed record ViewedSpace(EmbeddingSpaceRow Space, IReadOnlyList<ViewedVectors> Collections);
