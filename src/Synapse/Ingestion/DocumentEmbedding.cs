using System.Threading.Channels;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>
/// Embeds prepared documents by a server: many small documents in one request, several requests at once, and nothing that the store has embedded
/// already. Documents gather while requests are in flight, so a slow server gets full requests and a fast one never waits for more.
/// </summary>
internal sealed class DocumentEmbedding(IEmbedder embedder, EmbeddingSpace space, IIngestionStore store, ILibraryStore library, long collectionId) : IDisposable
{
    private readonly EmbeddingBatchHint _hint = embedder.BatchHint ?? new EmbeddingBatchHint();
    private readonly SemaphoreSlim _taking = new(1);
    private readonly SemaphoreSlim _requests = new((embedder.BatchHint ?? new EmbeddingBatchHint()).Requests);

    /// <summary>Whether an embedder is asked this way.</summary>
    public static bool Suits(IEmbedder embedder) => embedder.BatchHint is not null || !embedder.IsLocal;

    /// <summary>Embeds what comes until there is no more, and passes it on; files without a version pass as they are.</summary>
    /// <exception cref="ProviderException">The server failed; what was passed on before is whole.</exception>
    /// <exception cref="LocalOnlyException">The collection was marked local only meanwhile, and the server is not local; nothing of it is sent from then on.</exception>
    public async Task RunAsync(ChannelReader<PreparedFile> prepared, ChannelWriter<PreparedFile> embedded, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Enumerable.Range(0, _hint.Requests).Select(_ => Task.Run(() => WorkAsync(prepared, embedded, stop), CancellationToken.None)).ToList();
        await Task.WhenAll(workers);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _taking.Dispose();
        _requests.Dispose();
    }

    private async Task WorkAsync(ChannelReader<PreparedFile> prepared, ChannelWriter<PreparedFile> embedded, CancellationTokenSource stop)
    {
        try
        {
            while (await TakeAsync(prepared, stop.Token) is { Count: > 0 } files)
            {
                foreach (var file in await EmbedAsync(files, stop.Token))
                {
                    await embedded.WriteAsync(file, stop.Token);
                }
            }
        }
        catch
        {
            // One that failed ends all: the run is over, and nobody else's text has to be sent for it.
            await stop.CancelAsync();
            throw;
        }
    }

    /// <summary>Takes what is there, up to a request's worth; waits for the first.</summary>
    /// <returns>Empty at the end.</returns>
    private async Task<List<PreparedFile>> TakeAsync(ChannelReader<PreparedFile> prepared, CancellationToken cancellationToken)
    {
        var files = new List<PreparedFile>();
        await _taking.WaitAsync(cancellationToken);
        try
        {
            var (texts, characters) = (0, 0L);
            while (texts < _hint.Texts && characters < _hint.Characters)
            {
                if (prepared.TryRead(out var file))
                {
                    files.Add(file);
                    texts += file.Version?.Chunks.Count ?? 0;
                    characters += file.Version?.Text.Length ?? 0;
                }
                else if (files.Count > 0 || !await prepared.WaitToReadAsync(cancellationToken))
                {
                    break;
                }
            }
        }
        finally
        {
            _taking.Release();
        }

        return files;
    }

    private async Task<IReadOnlyList<PreparedFile>> EmbedAsync(List<PreparedFile> files, CancellationToken cancellationToken)
    {
        try
        {
            return await EmbedTogetherAsync(files, cancellationToken);
        }
        catch (ProviderException refused) when (refused.Kind == SynapseErrorKind.BadInput)
        {
            if (files is [var single])
            {
                return [single with { Version = null, Skipped = new SkippedFile(single.File.Path, SkipReason.NotEmbedded, refused.Message) }];
            }
        }

        // One document's text is refused, and only that one is left out.
        var embedded = new List<PreparedFile>(files.Count);
        foreach (var file in files)
        {
            embedded.AddRange(await EmbedAsync([file], cancellationToken));
        }

        return embedded;
    }

    private async Task<IReadOnlyList<PreparedFile>> EmbedTogetherAsync(List<PreparedFile> files, CancellationToken cancellationToken)
    {
        if (!embedder.IsLocal && await library.ListLocalOnlyAsync(AccessScope.Everything, [collectionId], cancellationToken) is [var kept, ..])
        {
            throw new LocalOnlyException($"'{kept.Name}' is not embedded by '{space.Model}', which is not local.");
        }

        var known = new Dictionary<string, ReadOnlyMemory<float>>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (file is { Version: not null, File.State: { ContentHash.Length: > 0 } state })
            {
                foreach (var stored in await store.ReadEmbeddingsAsync(collectionId, state.DocumentId, cancellationToken))
                {
                    known[stored.Text] = stored.Embedding;
                }
            }
        }

        var slices = Slice(files, known);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(slices.ConvertAll(slice => RequestAsync(slice, stop)));
        foreach (var slice in slices)
        {
            for (var i = 0; i < slice.Texts.Count; i++)
            {
                known[slice.Texts[i]] = slice.Embeddings.AsMemory(i * space.Dimensions, space.Dimensions);
            }
        }

        return [.. files.Select(file => file.Version is { } version ? file with { Version = version with { Embeddings = Gather(version, known) } } : file)];
    }

    /// <summary>Cuts the texts that are not known into requests, each text once.</summary>
    private List<Request> Slice(List<PreparedFile> files, Dictionary<string, ReadOnlyMemory<float>> known)
    {
        var slices = new List<Request>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Request? open = null;
        var characters = 0L;
        foreach (var version in files.Select(file => file.Version).OfType<DocumentVersion>())
        {
            foreach (var chunk in version.Chunks)
            {
                var text = version.Text[chunk.StartOffset..chunk.EndOffset];
                if (known.ContainsKey(text) || !seen.Add(text))
                {
                    continue;
                }

                if (open is null || open.Texts.Count >= _hint.Texts || characters + text.Length > _hint.Characters)
                {
                    slices.Add(open = new Request());
                    characters = 0;
                }

                open.Texts.Add(text);
                open.Documents.Add(new EgressDocument(collectionId, version.SourceId, version.Path));
                characters += text.Length;
            }
        }

        return slices;
    }

    private async Task RequestAsync(Request request, CancellationTokenSource stop)
    {
        await _requests.WaitAsync(stop.Token);
        try
        {
            request.Embeddings = new float[checked(request.Texts.Count * space.Dimensions)];
            using var activity = EgressActivity.Begin(EgressPurpose.Embedding, request.Documents);
            await embedder.EmbedPassagesAsync([.. request.Texts.Select(text => text.AsMemory())], request.Embeddings, stop.Token);
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
        finally
        {
            _requests.Release();
        }
    }

    private float[] Gather(DocumentVersion version, Dictionary<string, ReadOnlyMemory<float>> known)
    {
        var embeddings = new float[checked(version.Chunks.Count * space.Dimensions)];
        for (var i = 0; i < version.Chunks.Count; i++)
        {
            var chunk = version.Chunks[i];
            known[version.Text[chunk.StartOffset..chunk.EndOffset]].CopyTo(embeddings.AsMemory(i * space.Dimensions));
        }

        return embeddings;
    }

    /// <summary>The texts of one request, whose they are, and what became of them.</summary>
    private sealed class Request
    {
        public List<string> Texts { get; } = [];

        public HashSet<EgressDocument> Documents { get; } = [];

        public float[] Embeddings { get; set; } = [];
    }
}
