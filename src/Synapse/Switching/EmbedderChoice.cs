using Synapse.Embedding;
using Synapse.Errors;

namespace Synapse.Switching;

/// <summary>Finds the embedder that a person names by its model.</summary>
/// <param name="embedders">The embedders of this process.</param>
internal sealed class EmbedderChoice(IEmbedders embedders)
{
    /// <summary>Finds the embedder of a model.</summary>
    /// <param name="model">Name of the model, or the fingerprint of its space, in any case of letters.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="UnknownEmbeddingModelException">No embedder of this configuration has that model.</exception>
    /// <exception cref="ProviderException">The same, and one that may have it cannot be asked.</exception>
    public async Task<(IEmbedder Embedder, EmbeddingSpace Space)> FindAsync(string model, CancellationToken cancellationToken)
    {
        var known = await embedders.ListAsync(cancellationToken);
        foreach (var (embedder, space, _) in known)
        {
            if (space is not null && (Is(space.Model, model) || Is(space.Fingerprint, model)))
            {
                return (embedder, space);
            }
        }

        throw known.Select(static each => each.Fault).OfType<SynapseException>().FirstOrDefault()
            ?? new UnknownEmbeddingModelException(model, [.. known.Select(static each => each.Space!.Model)]);
    }

    private static bool Is(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
