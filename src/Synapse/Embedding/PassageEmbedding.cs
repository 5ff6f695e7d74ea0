using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Embedding;

/// <summary>
/// Embeds texts of documents of one collection by an embedder that is asked in requests: each text once, in requests of the size that it likes, several
/// at once, and none that the cache has. The ledger learns whose text each request carries. Safe to call from several threads at once; they share the turns.
/// </summary>
/// <param name="embedder">Who is asked.</param>
/// <param name="space">The space of its embeddings.</param>
/// <param name="library">Tells whether the collection is local only, before anything of it is sent.</param>
/// <param name="cache">Has what was embedded before, in whichever collection.</param>
/// <param name="collectionId">The collection that all the documents are of.</param>
internal sealed class PassageEmbedding(IEmbedder embedder, EmbeddingSpace space, ILibraryStore library, PassageCache cache, long collectionId) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(HintOf(embedder).Requests);

    /// <summary>How the embedder likes to be asked.</summary>
    public EmbeddingBatchHint Hint { get; } = HintOf(embedder);

    /// <summary>Whether an embedder is asked this way; others are asked for one document at a time, on the thread that has it.</summary>
    public static bool Suits(IEmbedder embedder) => embedder.BatchHint is not null || !embedder.IsLocal;

    /// <summary>Embeds the texts of documents.</summary>
    /// <param name="documents">The documents with their texts.</param>
    /// <param name="known">Text → embedding, for texts that need not be sent.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One for each document, in order.</returns>
    /// <exception cref="ProviderException">The server failed.</exception>
    /// <exception cref="LocalOnlyException">The collection is local only, and the server is not; nothing of it is sent from then on.</exception>
    public async Task<IReadOnlyList<EmbeddedPassages>> EmbedAsync(
        IReadOnlyList<DocumentPassages> documents, IReadOnlyDictionary<string, ReadOnlyMemory<float>> known, CancellationToken cancellationToken)
    {
        var embeddings = new Dictionary<string, ReadOnlyMemory<float>>(known, StringComparer.Ordinal);
        try
        {
            await EmbedTextsAsync(documents, embeddings, cancellationToken);
            return [.. documents.Select(document => new EmbeddedPassages(Gather(document, embeddings)))];
        }
        catch (ProviderException refused) when (refused.Kind == SynapseErrorKind.BadInput)
        {
            if (documents.Count == 1)
            {
                return [new EmbeddedPassages([], refused)];
            }
        }

        // One document's text is refused, and only that one is left out.
        var embedded = new List<EmbeddedPassages>(documents.Count);
        foreach (var document in documents)
        {
            embedded.AddRange(await EmbedAsync([document], embeddings, cancellationToken));
        }

        return embedded;
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    /// <summary>Adds the embeddings of the texts that have none yet.</summary>
    private async Task EmbedTextsAsync(
        IReadOnlyList<DocumentPassages> documents, Dictionary<string, ReadOnlyMemory<float>> embeddings, CancellationToken cancellationToken)
    {
        // Also where nothing would be sent: what is local only moves on to an embedder that is.
        if (!embedder.IsLocal && await library.ListLocalOnlyAsync(AccessScope.Everything, [collectionId], cancellationToken) is [var kept, ..])
        {
            throw new LocalOnlyException($"'{kept.Name}' is not embedded by '{space.Model}', which is not local.");
        }

        while (TextsWithout(documents, embeddings) is { Count: > 0 } texts)
        {
            if (!cache.IsOn)
            {
                await SendAsync(Slice(documents, texts), claim: null, embeddings, cancellationToken);
                return;
            }

            HashSet<Task> others;
            using (var claim = cache.Claim(space, texts))
            {
                others = claim.Others;
                await cache.FindAsync(space, claim, embeddings, cancellationToken);
                await SendAsync(Slice(documents, [.. claim.Keys.Keys.Where(text => !embeddings.ContainsKey(text))]), claim, embeddings, cancellationToken);
            }

            // What others brought is in the cache then; what they failed to bring is this caller's to send.
            await Task.WhenAll(others).WaitAsync(cancellationToken);
        }
    }

    private async Task SendAsync(List<Request> requests, PassageClaim? claim, Dictionary<string, ReadOnlyMemory<float>> embeddings, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await Task.WhenAll(requests.ConvertAll(request => SendAsync(request, claim, stop)));
        }
        finally
        {
            // What one request brought stays known, whatever became of the others.
            foreach (var request in requests.Where(request => request.IsAnswered))
            {
                for (var i = 0; i < request.Texts.Count; i++)
                {
                    embeddings[request.Texts[i]] = request.Embeddings.AsMemory(i * space.Dimensions, space.Dimensions);
                }
            }
        }
    }

    private static HashSet<string> TextsWithout(IReadOnlyList<DocumentPassages> documents, Dictionary<string, ReadOnlyMemory<float>> embeddings)
        => documents.SelectMany(document => document.Texts).Where(text => !embeddings.ContainsKey(text)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Cuts texts into requests, each text once.</summary>
    private List<Request> Slice(IReadOnlyList<DocumentPassages> documents, HashSet<string> texts)
    {
        var requests = new List<Request>();
        Request? open = null;
        var characters = 0L;
        foreach (var document in documents)
        {
            foreach (var text in document.Texts)
            {
                if (!texts.Remove(text))
                {
                    continue;
                }

                if (open is null || open.Texts.Count >= Hint.Texts || characters + text.Length > Hint.Characters)
                {
                    requests.Add(open = new Request());
                    characters = 0;
                }

                open.Texts.Add(text);
                open.Documents.Add(document.Document);
                characters += text.Length;
            }
        }

        return requests;
    }

    private async Task SendAsync(Request request, PassageClaim? claim, CancellationTokenSource stop)
    {
        await _turns.WaitAsync(stop.Token);
        try
        {
            request.Embeddings = new float[checked(request.Texts.Count * space.Dimensions)];
            using var activity = EgressActivity.Begin(EgressPurpose.Embedding, request.Documents);
            await embedder.EmbedPassagesAsync([.. request.Texts.Select(text => text.AsMemory())], request.Embeddings, stop.Token);
            request.IsAnswered = true;
            if (claim is not null)
            {
                // Now, not with the documents: what was paid for is not lost with the process.
                await cache.AddAsync(space, claim, request.Texts, request.Embeddings, stop.Token);
            }
        }
        catch (ProviderException refused) when (refused.Kind == SynapseErrorKind.BadInput)
        {
            // It says nothing about the others: what they bring is paid for.
            throw;
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            _turns.Release();
        }
    }

    private float[] Gather(DocumentPassages document, Dictionary<string, ReadOnlyMemory<float>> embeddings)
    {
        var gathered = new float[checked(document.Texts.Count * space.Dimensions)];
        for (var i = 0; i < document.Texts.Count; i++)
        {
            embeddings[document.Texts[i]].CopyTo(gathered.AsMemory(i * space.Dimensions));
        }

        return gathered;
    }

    private static EmbeddingBatchHint HintOf(IEmbedder embedder) => embedder.BatchHint ?? new EmbeddingBatchHint();

    /// <summary>The texts of one request, whose they are, and what became of them.</summary>
    private sealed class Request
    {
        public List<string> Texts { get; } = [];

        public HashSet<EgressDocument> Documents { get; } = [];

        public float[] Embeddings { get; set; } = [];

        public bool IsAnswered { get; set; }
    }
}
