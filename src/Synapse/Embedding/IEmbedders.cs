namespace Synapse.Embedding;

/// <summary>The embedders of this process: the built-in one, and those of the configured providers.</summary>
public interface IEmbedders
{
    /// <summary>The embedder in this process, which is always there. It is local and never fails.</summary>
    IEmbedder BuiltIn { get; }

    /// <summary>Lists all embedders, the built-in one first, with their spaces.</summary>
    /// <returns>Each with its space, or with why it could not be asked for it.</returns>
    ValueTask<IReadOnlyList<ConfiguredEmbedder>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The embedder that a collection is embedded with from now on.</summary>
    /// <param name="stored">The space that the collection points to; null for a new one. It is kept as long as there is an embedder for it.</param>
    /// <param name="localOnly">Whether the collection must stay on this machine and its private network.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="Errors.ProviderException">No embedder of the space was found, and one that may be it cannot be asked: nobody may move the collection to another space now.</exception>
    /// <exception cref="Errors.EgressRefusedException">The same, where the egress policy does not let it be asked.</exception>
    ValueTask<IEmbedder> ForAsync(EmbeddingSpace? stored, bool localOnly, CancellationToken cancellationToken);

    /// <summary>Finds the embedder of a stored space.</summary>
    /// <param name="fingerprint">The fingerprint of the space.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Null when no embedder of this configuration has that space.</returns>
    /// <exception cref="Errors.ProviderException">None was found, and one that may be it cannot be asked for its space.</exception>
    /// <exception cref="Errors.EgressRefusedException">The same, where the egress policy does not let it be asked.</exception>
    ValueTask<IEmbedder?> FindAsync(string fingerprint, CancellationToken cancellationToken);
}

/// <summary>An embedder of this configuration.</summary>
/// <param name="Embedder">The embedder.</param>
/// <param name="Space">Its space; null when it could not be asked.</param>
/// <param name="Fault">Why it could not be asked; null when it could.</param>
public sealed record ConfiguredEmbedder(IEmbedder Embedder, EmbeddingSpace? Space, Errors.SynapseException? Fault);
