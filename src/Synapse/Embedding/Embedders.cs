using Synapse.Errors;

namespace Synapse.Embedding;

/// <summary>The embedders of this process, from a list in order of preference.</summary>
/// <param name="builtIn">The embedder in this process.</param>
/// <param name="configured">Those of the configured providers, preferred first; empty when none is configured.</param>
public sealed class Embedders(IEmbedder builtIn, params IReadOnlyList<IEmbedder> configured) : IEmbedders
{
    /// <inheritdoc/>
    public IEmbedder BuiltIn => builtIn;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ConfiguredEmbedder>> ListAsync(CancellationToken cancellationToken)
    {
        var listed = new List<ConfiguredEmbedder> { new(builtIn, await builtIn.GetSpaceAsync(cancellationToken), null) };
        foreach (var embedder in configured)
        {
            try
            {
                listed.Add(new ConfiguredEmbedder(embedder, await embedder.GetSpaceAsync(cancellationToken), null));
            }
            catch (SynapseException fault)
            {
                listed.Add(new ConfiguredEmbedder(embedder, null, fault));
            }
        }

        return listed;
    }

    /// <inheritdoc/>
    public async ValueTask<IEmbedder> ForAsync(EmbeddingSpace? stored, bool localOnly, CancellationToken cancellationToken)
    {
        if (stored is not null)
        {
            if (await FindAsync(stored.Fingerprint, localOnly, cancellationToken) is { } known)
            {
                return known;
            }

            // Text that was embedded in this process does not begin to leave it because the program was updated.
            if (builtIn.Succeeds(stored))
            {
                return builtIn;
            }
        }

        return configured.FirstOrDefault(embedder => embedder.IsLocal || !localOnly) ?? builtIn;
    }

    /// <inheritdoc/>
    public ValueTask<IEmbedder?> FindAsync(string fingerprint, CancellationToken cancellationToken)
        => FindAsync(fingerprint, localOnly: false, cancellationToken);

    private async ValueTask<IEmbedder?> FindAsync(string fingerprint, bool localOnly, CancellationToken cancellationToken)
    {
        if ((await builtIn.GetSpaceAsync(cancellationToken)).Fingerprint == fingerprint)
        {
            return builtIn;
        }

        SynapseException? unknown = null;
        foreach (var embedder in configured)
        {
            if (localOnly && !embedder.IsLocal)
            {
                continue;
            }

            try
            {
                if ((await embedder.GetSpaceAsync(cancellationToken)).Fingerprint == fingerprint)
                {
                    return embedder;
                }
            }
            catch (SynapseException error) when (error is ProviderException or EgressRefusedException)
            {
                unknown ??= error;
            }
        }

        return unknown is null ? null : throw unknown;
    }
}
