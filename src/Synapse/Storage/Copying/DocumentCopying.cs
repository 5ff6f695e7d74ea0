using Synapse.Library;
using Synapse.Retrieval.Analysis;

namespace Synapse.Storage.Copying;

/// <summary>Copies the documents of a collection. While one portion is committed, the next is read and analysed.</summary>
internal sealed class DocumentCopying(IStoreExport export, IImportableStore target, long collectionId, bool isResumed, CopyMeter meter)
{
    // Of this collection alone: what it remembers of the words is let go with it.
    private readonly TextAnalyzer _analyzer = new();
    private string? _space;
    private Task _commit = Task.CompletedTask;

    /// <summary>Copies the documents of a source, and removes what an earlier run had copied and is not in the source any more.</summary>
    /// <param name="from">The source in the export.</param>
    /// <param name="to">The source in the target.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task CopyAsync(long from, long to, CancellationToken cancellationToken)
    {
        try
        {
            for (var after = ""; ;)
            {
                var page = await export.ListDocumentsAsync(from, after, DocumentPortions.PageDocuments, cancellationToken);
                var isLast = page.Count < DocumentPortions.PageDocuments;
                var missing = isResumed ? await FindMissingAsync(page, to, after, isLast, cancellationToken) : page;
                foreach (var portion in DocumentPortions.Cut(missing.OrderBy(document => document.Space.Fingerprint, StringComparer.Ordinal)))
                {
                    await CopyPortionAsync(portion, to, cancellationToken);
                }

                if (isLast)
                {
                    break;
                }

                after = page[^1].Document.Path;
            }
        }
        finally
        {
            // Nothing is left behind that still writes.
            await _commit;
        }
    }

    // Stopped and killed runs leave whole documents, so what is the same from outside is the same; the comparison at the end looks inside.
    private async Task<IReadOnlyList<ExportedDocument>> FindMissingAsync(
        IReadOnlyList<ExportedDocument> page, long to, string after, bool isLast, CancellationToken cancellationToken)
    {
        await _commit;
        var there = await ListThereAsync(page, to, after, isLast, cancellationToken);
        var missing = new List<ExportedDocument>();
        var chunks = 0L;
        foreach (var document in page)
        {
            if (there.Remove(document.Document.Path, out var copied) && IsSame(document, copied))
            {
                chunks += document.Document.ChunkCount;
            }
            else
            {
                missing.Add(document);
            }
        }

        var paths = missing.Select(document => document.Document.Path).ToHashSet(StringComparer.Ordinal);
        var gone = there.Values.Where(document => !paths.Contains(document.Document.Path)).Select(document => document.Document.Id).ToArray();
        if (gone.Length > 0)
        {
            await target.CommitAsync(new IngestionBatch(collectionId, [], gone, []), cancellationToken);
        }

        meter.Add(page.Count - missing.Count, chunks, worked: false);
        return missing;
    }

    private async Task<Dictionary<string, ExportedDocument>> ListThereAsync(
        IReadOnlyList<ExportedDocument> page, long to, string after, bool isLast, CancellationToken cancellationToken)
    {
        var there = new Dictionary<string, ExportedDocument>(StringComparer.Ordinal);
        await using var copy = await target.OpenExportAsync(AccessScope.Everything, cancellationToken);
        for (var last = after; ;)
        {
            var more = await copy.ListDocumentsAsync(to, last, DocumentPortions.PageDocuments, cancellationToken);
            foreach (var document in more)
            {
                // The order is that of the stores; where the page of the source ends, its last path tells.
                if (!isLast && Utf8Order.Compare(document.Document.Path, page[^1].Document.Path) > 0)
                {
                    return there;
                }

                there[document.Document.Path] = document;
            }

            if (more.Count < DocumentPortions.PageDocuments)
            {
                return there;
            }

            last = more[^1].Document.Path;
        }
    }

    private static bool IsSame(ExportedDocument left, ExportedDocument right)
        => left.Space.Fingerprint == right.Space.Fingerprint
            && left.Document with { Id = 0, CollectionId = 0, SourceId = 0 } == right.Document with { Id = 0, CollectionId = 0, SourceId = 0 };

    private async Task CopyPortionAsync(IReadOnlyList<ExportedDocument> portion, long to, CancellationToken cancellationToken)
    {
        var contents = await export.ReadAsync(portion, cancellationToken);
        var versions = portion.Zip(contents, (document, content) => MakeVersion(document, content, to)).ToArray();
        await _commit;
        _commit = Task.CompletedTask;
        var space = portion[0].Space;
        if (_space != space.Fingerprint)
        {
            await target.UseEmbeddingSpaceAsync(collectionId, space, cancellationToken);
            _space = space.Fingerprint;
        }

        _commit = Task.Run(() => CommitAsync(new IngestionBatch(collectionId, versions, [], []) { SpaceFingerprint = space.Fingerprint }, cancellationToken), CancellationToken.None);
    }

    private async Task CommitAsync(IngestionBatch batch, CancellationToken cancellationToken)
    {
        await target.CommitAsync(batch, cancellationToken);
        meter.Add(batch.Versions.Count, batch.Versions.Sum(version => (long)version.Chunks.Count));
    }

    private DocumentVersion MakeVersion(ExportedDocument document, DocumentContent content, long to)
    {
        var row = document.Document;
        var terms = new ChunkTerms[content.Chunks.Count];
        for (var i = 0; i < terms.Length; i++)
        {
            var chunk = content.Chunks[i];
            terms[i] = _analyzer.AnalyzeChunk(content.Text.AsSpan(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset), chunk, row.Path);
        }

        return new DocumentVersion(
            to, row.Path, row.Language, row.ContentHash, row.SizeBytes, row.ModifiedAt, content.Text, row.LineCount, content.Chunks, terms, content.Embeddings);
    }
}
