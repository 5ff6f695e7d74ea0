using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Ingestion.Reading;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>What became of a file: exactly one of a version, a touch, a skip, or nothing when the file is gone.</summary>
/// <param name="File">The file.</param>
/// <param name="Version">A version to store.</param>
/// <param name="Touch">A new time stamp for the same content.</param>
/// <param name="Skipped">Why it was left out.</param>
internal sealed record PreparedFile(PendingFile File, DocumentVersion? Version = null, DocumentTouch? Touch = null, SkippedFile? Skipped = null);

/// <summary>Makes a document version of a file: read, cut, embed, analyse. Safe to call from several threads at once.</summary>
/// <param name="readers">Read files.</param>
/// <param name="embedder">Embeds in this process; null when <see cref="DocumentEmbedding"/> does it afterwards, for many documents together.</param>
/// <param name="analyzer">Splits chunks into words.</param>
/// <param name="options">The limits.</param>
/// <param name="time">Tells whether a file changed just now.</param>
internal sealed class DocumentPreparation(
    IReadOnlyList<IDocumentReader> readers, IEmbedder? embedder, TextAnalyzer analyzer, IngestionOptions options, TimeProvider time)
{
    // As git's index: a file changed this shortly before it was read may change again within the same time stamp.
    private static readonly TimeSpan RacyAge = TimeSpan.FromSeconds(2);

    /// <summary>Prepares a file.</summary>
    public async ValueTask<PreparedFile> PrepareAsync(long sourceId, string root, PendingFile file, CancellationToken cancellationToken)
    {
        try
        {
            DocumentText text;
            string hash;
            long sizeBytes;
            DateTimeOffset modifiedAt;
            using (var content = FileContent.Read(Path.Combine(root, file.Path), options.MaxTextBytes, cancellationToken))
            {
                if (content is null)
                {
                    return new PreparedFile(file);
                }

                hash = content.Hash();
                sizeBytes = content.Length;
                modifiedAt = Stamp(content.ModifiedAt);
                if (file.State is { } state && state.ContentHash == hash)
                {
                    return new PreparedFile(file, Touch: new DocumentTouch(state.DocumentId, sizeBytes, modifiedAt));
                }

                text = ReadText(file.Path, content.Bytes);
            }

            var chunks = Chunker.Chunk(text.Text, text.Language);
            return new PreparedFile(file, new DocumentVersion(
                sourceId,
                file.Path,
                text.Language,
                hash,
                sizeBytes,
                modifiedAt,
                text.Text,
                chunks.Count == 0 ? 0 : chunks[^1].EndLine,
                chunks,
                Analyze(text.Text, chunks, file.Path),
                await EmbedAsync(text.Text, chunks, cancellationToken)));
        }
        catch (UnfitDocumentException unfit)
        {
            return new PreparedFile(file, Skipped: new SkippedFile(file.Path, unfit.Reason, unfit.Message));
        }
    }

    // A stamp that is a tick off makes the next walk read the file once more, and costs nothing else.
    private DateTimeOffset Stamp(DateTimeOffset modifiedAt)
        => time.GetUtcNow() - modifiedAt < RacyAge ? modifiedAt.AddTicks(-1) : modifiedAt;

    private DocumentText ReadText(string path, ReadOnlySpan<byte> content)
    {
        foreach (var reader in readers)
        {
            if (reader.CanRead(path, content))
            {
                return reader.Read(path, content);
            }
        }

        throw new UnfitDocumentException(SkipReason.Binary, "No reader knows this kind of file.");
    }

    private ChunkTerms[] Analyze(string text, IReadOnlyList<Chunk> chunks, string path)
    {
        var terms = new ChunkTerms[chunks.Count];
        for (var i = 0; i < terms.Length; i++)
        {
            terms[i] = analyzer.AnalyzeChunk(text.AsSpan(chunks[i].StartOffset, chunks[i].EndOffset - chunks[i].StartOffset), chunks[i], path);
        }

        return terms;
    }

    private async ValueTask<float[]> EmbedAsync(string text, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        if (embedder is null)
        {
            return [];
        }

        var passages = new ReadOnlyMemory<char>[chunks.Count];
        for (var i = 0; i < passages.Length; i++)
        {
            passages[i] = text.AsMemory(chunks[i].StartOffset, chunks[i].EndOffset - chunks[i].StartOffset);
        }

        var space = await embedder.GetSpaceAsync(cancellationToken);
        var embeddings = new float[passages.Length * space.Dimensions];
        if (passages.Length > 0)
        {
            await embedder.EmbedPassagesAsync(passages, embeddings, cancellationToken);
        }

        return embeddings;
    }
}
