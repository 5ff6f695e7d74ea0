using Synapse.Embedding;
using Synapse.Library;

namespace Synapse.Providers.Diagnosis;

/// <summary>Lists the collections that have embeddings, by name, with the space they are in.</summary>
internal delegate ValueTask<IReadOnlyList<(string Collection, EmbeddingSpace Space)>> ListStoredSpaces(AccessScope scope, CancellationToken cancellationToken);
