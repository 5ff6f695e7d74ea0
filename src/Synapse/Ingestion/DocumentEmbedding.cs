using System.Threading.Channels;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>
/// Embeds prepared documents by a server: many small documents in one request, several requests at once, and nothing of a changed document that the
/// store has embedded already. Documents gather while requests are in flight, so a slow server gets full requests and a fast one never waits for more.
/// </summary>
/// <param name="passages">Embeds the texts; is disposed with this.</param>
/// <param name="store">Has the last versions of the documents.</param>
/// <param name="collectionId">The collection that all the documents are of.</param>
internal sealed class DocumentEmbedding(PassageEmbedding passages, IIngestionStore store, long collectionId) : IDisposable
{
    private readonly EmbeddingBatchHint _hint = passages.Hint;
    private readonly SemaphoreSlim _taking = new(1);

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
        passages.Dispose();
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
        var versions = files.ConvertAll(file => file.Version).OfType<DocumentVersion>().ToList();
        if (versions.Count == 0)
        {
            return files;
        }

        var known = await ReadKnownAsync(files, cancellationToken);
        var embedded = await passages.EmbedAsync(versions.ConvertAll(PassagesOf), known, cancellationToken);
        var next = 0;
        return files.ConvertAll(file => file.Version is null ? file : With(file, embedded[next++]));
    }

    /// <summary>What the store has of the documents' last versions.</summary>
    private async Task<Dictionary<string, ReadOnlyMemory<float>>> ReadKnownAsync(List<PreparedFile> files, CancellationToken cancellationToken)
    {
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

        return known;
    }

    private DocumentPassages PassagesOf(DocumentVersion version) => new(
        new EgressDocument(collectionId, version.SourceId, version.Path),
        [.. version.Chunks.Select(chunk => version.Text[chunk.StartOffset..chunk.EndOffset])]);

    private static PreparedFile With(PreparedFile file, EmbeddedPassages embedded) => embedded.Refusal is { } refusal
        ? file with { Version = null, Skipped = new SkippedFile(file.File.Path, SkipReason.NotEmbedded, refusal.Message) }
        : file with { Version = file.Version! with { Embeddings = embedded.Embeddings } };
}
