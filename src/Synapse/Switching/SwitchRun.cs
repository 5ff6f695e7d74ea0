using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Switching;

/// <summary>
/// Works on one switch until there is nothing to do: fills, measures, lets the spaces change places, removes. Every step is done as a whole or not at all, and what is
/// to be done next is read from the store each time; so it goes on after a kill, and does no harm when two servers do it.
/// </summary>
internal sealed class SwitchRun(long collectionId, ISwitchStore switches, ILibraryStore library, IEmbedders embedders, PassageCache cache, SpaceComparing comparing, SwitchSpeed speed) : IDisposable
{
    // Documents of one portion: some seconds' work for a model on two cores, so that little is lost and a wish is heard soon.
    private const int PortionDocuments = 64;

    private PassageEmbedding? _passages;
    private string? _fingerprint;

    /// <summary>Does what there is to do.</summary>
    /// <exception cref="SynapseException">Something hinders it now; it can be tried again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await switches.FindSwitchAsync(AccessScope.Everything, collectionId, cancellationToken) is { } now)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (now.Wish == SwitchWish.Remove)
            {
                await switches.RemoveShadowAsync(collectionId, cancellationToken);
                speed.Forget(collectionId);
                return;
            }

            if (!now.Progress.IsComplete)
            {
                var begun = speed.Begin();
                var chunks = await FillAsync(now, cancellationToken);
                await speed.RestAsync(begun, cancellationToken);
                speed.Add(collectionId, begun, chunks);
                if (now.Error is not null)
                {
                    await switches.NoteSwitchAsync(collectionId, isReady: now.State != SwitchState.Filling, comparison: null, error: null, cancellationToken);
                }
            }
            else if (now.State == SwitchState.Filling)
            {
                await switches.PrepareSwapAsync(collectionId, cancellationToken);
                await switches.NoteSwitchAsync(collectionId, isReady: true, await comparing.MeasureAsync(collectionId, cancellationToken), error: null, cancellationToken);
            }
            else if (now.IsToSwap)
            {
                await switches.PrepareSwapAsync(collectionId, cancellationToken);
                await switches.SwapSpacesAsync(collectionId, now.Wish, cancellationToken);
            }
            else
            {
                if (now.Error is not null)
                {
                    await switches.NoteSwitchAsync(collectionId, isReady: true, comparison: null, error: null, cancellationToken);
                }

                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _passages?.Dispose();

    /// <returns>Chunks that were embedded.</returns>
    private async Task<long> FillAsync(ModelSwitch now, CancellationToken cancellationToken)
    {
        var passages = await FindPassagesAsync(now.Shadow, cancellationToken);
        var documents = await switches.ListUnembeddedAsync(collectionId, PortionDocuments, cancellationToken);
        var chunks = documents.Sum(static document => (long)document.Chunks.Count);
        var embedded = await passages.EmbedAsync(
            [.. documents.Select(document => new DocumentPassages(new EgressDocument(collectionId, document.SourceId, document.Path), document.Chunks))],
            new Dictionary<string, ReadOnlyMemory<float>>(),
            cancellationToken);
        await switches.AddShadowAsync(
            collectionId,
            now.Shadow.Fingerprint,
            [.. documents.Zip(embedded, (document, result) => result.Refusal is null
                ? new ShadowEmbeddings(document.DocumentId, result.Embeddings)
                : new ShadowEmbeddings(document.DocumentId, new float[checked(document.Chunks.Count * now.Shadow.Dimensions)], IsRefused: true))],
            cancellationToken);
        return chunks;
    }

    private async Task<PassageEmbedding> FindPassagesAsync(EmbeddingSpace space, CancellationToken cancellationToken)
    {
        if (_passages is null || _fingerprint != space.Fingerprint)
        {
            var embedder = await embedders.FindAsync(space.Fingerprint, cancellationToken)
                ?? throw new SwitchPendingException($"No configured embedder has the model '{space.Model}' ({space.Dimensions} dimensions). Configure it again, or end the switch with 'synapse models switch end'.");
            _passages?.Dispose();
            _passages = new PassageEmbedding(embedder, space, library, PassageEmbedding.Suits(embedder) ? cache : PassageCache.None, collectionId);
            _fingerprint = space.Fingerprint;
        }

        return _passages;
    }
}
