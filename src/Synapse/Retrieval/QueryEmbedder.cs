using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Retrieval;

/// <summary>A query as embedded, and the spaces that it could not be embedded for.</summary>
internal readonly record struct EmbeddedQuery(QueryEmbeddings Embeddings, IReadOnlyList<Degradation> Degraded);

/// <summary>Embeds a query into every space of a view, at the same time, and goes on without those that fail or are late.</summary>
internal sealed class QueryEmbedder(IEmbedders embedders, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Embeds the query.</summary>
    public async ValueTask<EmbeddedQuery> EmbedAsync(string query, IReadOnlyList<SearchedSpace> spaces, CancellationToken cancellationToken)
    {
        var builtIn = (await embedders.BuiltIn.GetSpaceAsync(cancellationToken)).Fingerprint;
        var embedded = new List<KeyValuePair<string, ReadOnlyMemory<float>>>(spaces.Count);
        List<(SearchedSpace Space, Task<(ReadOnlyMemory<float> Embedding, Degradation? Degraded)> Asked)>? asked = null;
        foreach (var searched in spaces)
        {
            var fingerprint = searched.Space.Fingerprint;
            if (fingerprint == builtIn)
            {
                embedded.Add(new(fingerprint, await embedders.BuiltIn.EmbedQueryAsync(query, cancellationToken)));
            }
            else
            {
                (asked ??= []).Add((searched, AskAsync(query, searched, cancellationToken)));
            }
        }

        if (asked is null)
        {
            return new(new QueryEmbeddings(embedded), []);
        }

        var degraded = new List<Degradation>();
        foreach (var (searched, task) in asked)
        {
            var (embedding, failure) = await task;
            if (failure is null)
            {
                embedded.Add(new(searched.Space.Fingerprint, embedding));
            }
            else
            {
                degraded.Add(failure);
            }
        }

        return new(new QueryEmbeddings(embedded), degraded);
    }

    private async Task<(ReadOnlyMemory<float> Embedding, Degradation? Degraded)> AskAsync(
        string query, SearchedSpace searched, CancellationToken cancellationToken)
    {
        var space = searched.Space;
        using var budget = new CancellationTokenSource(timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, budget.Token);
        try
        {
            // The wait ends in time even if the embedder does not hear that it should.
            var embedding = await FindAndEmbedAsync(query, space.Fingerprint, stop.Token).WaitAsync(stop.Token);
            if (embedding is null)
            {
                return (default, Failure(Degradation.EmbeddingNotConfigured,
                    $"No configured provider embeds with '{space.Model}' ({space.Dimensions} dimensions). Configure it again, or index the collection anew for the model that is configured now."));
            }

            return embedding.Length == space.Dimensions
                ? (embedding, null)
                : (default, Failure(ProviderException.CodeOf(ProviderFailure.Protocol),
                    $"'{space.Model}' gave {embedding.Length} numbers for the query, and {space.Dimensions} were due."));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, Failure(Degradation.EmbeddingTooLate,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"'{space.Model}' did not embed the query within {timeout.TotalSeconds:0.##} s.")));
        }
        catch (SynapseException error)
        {
            return (default, Failure(error.Code, error.Message));
        }

        Degradation Failure(string code, string reason) => new(DegradedStage.Embedding, searched.CollectionIds, code, reason);
    }

    private async Task<float[]?> FindAndEmbedAsync(string query, string fingerprint, CancellationToken cancellationToken)
    {
        if (await embedders.FindAsync(fingerprint, cancellationToken) is not { } embedder)
        {
            return null;
        }

        // A question is nobody's document, unless whoever asks it took it from one.
        using var activity = EgressActivity.Begin(EgressPurpose.Embedding, EgressActivity.Current is { Purpose: EgressPurpose.Embedding } outer ? outer.Documents : []);
        return await embedder.EmbedQueryAsync(query, cancellationToken);
    }
}
