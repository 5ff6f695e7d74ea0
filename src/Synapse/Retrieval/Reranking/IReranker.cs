using Synapse.Privacy;

namespace Synapse.Retrieval.Reranking;

/// <summary>A passage to be scored.</summary>
/// <param name="Document">Where it comes from.</param>
/// <param name="Text">What is read: the heading, where there is one, and the text.</param>
public readonly record struct RerankPassage(EgressDocument Document, ReadOnlyMemory<char> Text);

/// <summary>Reads a query and a passage together and says how well the one answers the other. Slower and better than comparing embeddings. Safe to call from several threads at once.</summary>
public interface IReranker
{
    /// <summary>The model, as people know it.</summary>
    string Model { get; }

    /// <summary>Scores passages.</summary>
    /// <param name="query">The query, as it was asked.</param>
    /// <param name="passages">The passages; at least one.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>A score for each, in their order; higher is better. The scale is the model's own.</returns>
    /// <exception cref="Errors.SynapseException">It could not be done: the server failed, or a rule of the egress policy keeps the passages here.</exception>
    ValueTask<IReadOnlyList<double>> ScoreAsync(string query, IReadOnlyList<RerankPassage> passages, CancellationToken cancellationToken);
}
