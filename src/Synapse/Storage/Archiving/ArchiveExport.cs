using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage.Copying;
using Synapse.Switching;

namespace Synapse.Storage.Archiving;

/// <summary>The content of an archive. Whatever contradicts itself counts as damage: hashes tell that a file is as it was written, not that Synapse wrote it.</summary>
/// <remarks>The key of a document is the number of its portion and its place there, so that finding it takes no table.</remarks>
internal sealed class ArchiveExport : IStoreExport
{
    private const int PlaceBits = 10;
    private const int KeptPortions = 4;
    private const int MaxDimensions = 65_536;

    private readonly PackedReader _reader;
    private readonly EmbeddingSpace[] _spaces;
    private readonly List<ArchivedCollection> _collections = [];
    private readonly List<(long Collection, long Number, ArchivedSource Source)> _sources = [];
    private readonly List<(int Source, ArchivedPortion Portion)> _portions = [];
    private readonly Queue<(int Portion, (string Path, DocumentContent Content)[] Contents)> _kept = new();
    private (string Name, ExportedDocument[] Documents) _page = ("", []);

    /// <summary>Opens it.</summary>
    /// <param name="reader">The archive.</param>
    /// <param name="rename">Another name for its collection; null for its own.</param>
    public ArchiveExport(PackedReader reader, string? rename)
    {
        _reader = reader;
        var manifest = reader.Manifest;
        Require(manifest.Content != ArchiveContent.Collection || (manifest.Collections.Count == 1 && manifest.Egress.Count == 0 && manifest.Files.Count == 0), "its manifest contradicts itself");
        Require(manifest.Spaces.All(space => space.Dimensions is >= 1 and <= MaxDimensions), "an embedding space has no possible size");
        _spaces = [.. manifest.Spaces.Select(space => new EmbeddingSpace(space.Model, space.Dimensions, space.QueryPrefix, space.PassagePrefix))];
        for (var number = 1; number <= manifest.Collections.Count; number++)
        {
            Add(number, ReadWhole(ArchiveFormat.Collection(number), ArchiveJson.Default.ArchivedCollection), manifest.Collections[number - 1], rename);
        }

        Require(_collections.Select(each => each.Name).Distinct(StringComparer.Ordinal).Count() == _collections.Count, "two collections have one name");
    }

    public ValueTask<IReadOnlyList<ExportedCollection>> ListCollectionsAsync(CancellationToken cancellationToken)
        => new([.. _collections.Select((collection, i) =>
        {
            var counts = _reader.Manifest.Collections[i];
            var summary = new CollectionSummary(new Collection(i + 1, collection.Name, collection.CreatedAt, collection.Privacy), counts.Documents, counts.Chunks, counts.Bytes);
            return new ExportedCollection(summary, collection.Space is { } space ? _spaces[space] : null)
            {
                Evaluation = collection.Evaluation is { } questions ? new EvaluationSet([.. questions.Select(question => new EvaluationQuestion(question.Text, question.Relevant))]) : null,
            };
        })]);

    public ValueTask<IReadOnlyList<Source>> ListSourcesAsync(long collectionId, CancellationToken cancellationToken)
    {
        // Whoever gives away a collection must not choose which folders of the next machine are read into it.
        var isForeign = _reader.Manifest.Content == ArchiveContent.Collection;
        return new([.. _sources.Where(each => each.Collection == collectionId)
            .Select(each => new Source(each.Number, collectionId, isForeign ? SourceKind.Imported : each.Source.Kind, each.Source.Location, each.Source.CreatedAt))]);
    }

    public ValueTask<IReadOnlyList<ExportedDocument>> ListDocumentsAsync(long sourceId, string after, int limit, CancellationToken cancellationToken)
    {
        var pages = _sources[(int)sourceId - 1].Source.Pages;
        var documents = new List<ExportedDocument>();
        for (var page = 0; page < pages.Count && documents.Count < limit; page++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (after.Length == 0 || Utf8Order.Compare(pages[page].Last, after) > 0)
            {
                documents.AddRange(ReadPage((int)sourceId - 1, page).Where(document => after.Length == 0 || Utf8Order.Compare(document.Document.Path, after) > 0).Take(limit - documents.Count));
            }
        }

        return new(documents);
    }

    public ValueTask<IReadOnlyList<DocumentContent>> ReadAsync(IReadOnlyList<ExportedDocument> documents, CancellationToken cancellationToken)
    {
        var contents = new DocumentContent[documents.Count];
        for (var i = 0; i < contents.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = documents[i].Document;
            var (path, content) = ReadPortion((int)(row.Id >> PlaceBits))[(int)(row.Id & ((1 << PlaceBits) - 1))];
            Require(path == row.Path && content.Chunks.Count == row.ChunkCount, $"document '{row.Path}' is another where its text lies");
            contents[i] = content;
        }

        return new(contents);
    }

    public ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(long sourceId, CancellationToken cancellationToken)
        => new([.. ReadLines(ArchiveFormat.Skipped(_sources[(int)sourceId - 1].Collection, sourceId), ArchiveJson.Default.ArchivedSkip).Select(file => new SkippedFile(file.Path, file.Reason, file.Detail))]);

    public ValueTask<IReadOnlyList<EgressEntry>> ListEgressAsync(long after, int limit, CancellationToken cancellationToken)
    {
        var entries = new List<EgressEntry>();
        var pages = _reader.Manifest.Egress;
        var last = 0L;
        for (var page = 0; page < pages.Count && entries.Count < limit; page++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Require(long.TryParse(pages[page].Last, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end > last, "pages of the egress ledger are out of order");
            if (end > after)
            {
                entries.AddRange(ReadEgress(page, last, end).Where(entry => entry.Id > after).Take(limit - entries.Count));
            }

            last = end;
        }

        return new(entries);
    }

    public ValueTask DisposeAsync() => default;

    private void Add(int number, ArchivedCollection collection, ArchivedCount counts, string? rename)
    {
        Require(collection.Name == counts.Name, "a collection has another name than the manifest says");
        Require(collection.Space is null || (collection.Space >= 0 && collection.Space < _spaces.Length), $"collection '{collection.Name}' is in no known embedding space");
        Require(Enum.IsDefined(collection.Privacy), $"collection '{collection.Name}' has no known privacy");
        Require(collection.Sources.Select(source => source.Location).Distinct(StringComparer.Ordinal).Count() == collection.Sources.Count, $"two sources of collection '{collection.Name}' have one location");
        try
        {
            Require(CollectionName.Validate(collection.Name) == collection.Name, "a collection has an impossible name");
        }
        catch (InvalidCollectionNameException error)
        {
            throw new ArchiveDamagedException(_reader.Path, "a collection has an impossible name", error);
        }

        _collections.Add(rename is null ? collection : collection with { Name = rename });
        foreach (var source in collection.Sources)
        {
            Require(Enum.IsDefined(source.Kind) && source.Location.Length > 0, $"a source of collection '{collection.Name}' is of no known kind");
            Require(source.Pages.All(page => page.Count is >= 1 and <= DocumentPortions.PageDocuments), $"a page of collection '{collection.Name}' has an impossible size");
            foreach (var portion in source.Portions)
            {
                Require(portion.Space >= 0 && portion.Space < _spaces.Length && Enum.IsDefined(portion.Form) && portion.Documents is >= 1 and <= DocumentPortions.PageDocuments, $"a portion of collection '{collection.Name}' has an impossible form");
                _portions.Add((_sources.Count, portion));
            }

            _sources.Add((number, _sources.Count + 1, source));
        }
    }

    private ExportedDocument[] ReadPage(int source, int page)
    {
        var (collection, number, archived) = _sources[source];
        var name = ArchiveFormat.Page(collection, number, page + 1);
        if (_page.Name == name)
        {
            return _page.Documents;
        }

        var last = page == 0 ? "" : archived.Pages[page - 1].Last;
        var documents = new List<ExportedDocument>();
        foreach (var row in ReadLines(name, ArchiveJson.Default.ArchivedDocument))
        {
            Require(last.Length == 0 ? row.Path.Length > 0 : Utf8Order.Compare(row.Path, last) > 0, $"document '{row.Path}' is out of order");
            Require(row.Portion >= 1 && row.Portion <= _portions.Count && _portions[row.Portion - 1].Source == source, $"document '{row.Path}' lies in no portion of its source");
            var portion = _portions[row.Portion - 1].Portion;
            Require(row.Place >= 0 && row.Place < portion.Documents && row.Chunks >= 0 && row.Lines >= 0 && row.SizeBytes >= 0, $"document '{row.Path}' contradicts itself");
            last = row.Path;
            documents.Add(new ExportedDocument(
                new Document(((long)row.Portion << PlaceBits) + row.Place, collection, number, row.Path, row.Language, row.ContentHash, row.SizeBytes, row.ModifiedAt, row.Lines, row.Chunks),
                _spaces[portion.Space]));
        }

        Require(documents.Count == archived.Pages[page].Count && last == archived.Pages[page].Last, $"entry '{name}' holds other documents than its source says");
        _page = (name, [.. documents]);
        return _page.Documents;
    }

    private (string Path, DocumentContent Content)[] ReadPortion(int number)
    {
        foreach (var kept in _kept)
        {
            if (kept.Portion == number)
            {
                return kept.Contents;
            }
        }

        var (source, portion) = _portions[number - 1];
        var (collection, sourceNumber, _) = _sources[source];
        var dimensions = _spaces[portion.Space].Dimensions;
        var name = ArchiveFormat.Texts(collection, sourceNumber, number);
        var texts = ReadLines(name, ArchiveJson.Default.ArchivedText).ToArray();
        var bytes = _reader.Read(ArchiveFormat.Embeddings(collection, sourceNumber, number, portion.Form));
        var chunks = texts.Sum(text => (long)text.Chunks.Count);
        Require(texts.Length == portion.Documents && bytes.Length == chunks * EmbeddingCoding.BytesOf(portion.Form, dimensions), $"entry '{name}' does not fit its embeddings");
        var embeddings = EmbeddingCoding.Decode(portion.Form, bytes, dimensions);
        var contents = new (string Path, DocumentContent Content)[texts.Length];
        var at = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            var numbers = texts[i].Chunks.Count * dimensions;
            contents[i] = (texts[i].Path, new DocumentContent(texts[i].Text, ToChunks(texts[i]), embeddings.AsMemory(at, numbers)));
            at += numbers;
        }

        if (_kept.Count == KeptPortions)
        {
            _kept.Dequeue();
        }

        _kept.Enqueue((number, contents));
        return contents;
    }

    private Chunk[] ToChunks(ArchivedText text)
    {
        var chunks = new Chunk[text.Chunks.Count];
        var end = 0;
        for (var i = 0; i < chunks.Length; i++)
        {
            var chunk = text.Chunks[i];
            Require(
                chunk.StartOffset >= end && chunk.EndOffset >= chunk.StartOffset && chunk.EndOffset <= text.Text.Length && chunk.StartLine >= 1 && chunk.EndLine >= chunk.StartLine && Enum.IsDefined(chunk.Kind),
                $"a chunk of document '{text.Path}' lies outside of its text");
            end = chunk.EndOffset;
            chunks[i] = new Chunk(i, chunk.StartOffset, chunk.EndOffset, chunk.StartLine, chunk.EndLine, chunk.Kind, chunk.Heading, chunk.Symbol, chunk.DefinesSymbol) { Definitions = chunk.Definitions ?? [] };
        }

        return chunks;
    }

    private List<EgressEntry> ReadEgress(int page, long last, long end)
    {
        var name = ArchiveFormat.Egress(page + 1);
        var entries = new List<EgressEntry>();
        foreach (var entry in ReadLines(name, ArchiveJson.Default.ArchivedEgress))
        {
            Require(entry.Id > last && Enum.IsDefined(entry.Reach) && Enum.IsDefined(entry.Outcome) && (entry.Purpose is null || Enum.IsDefined(entry.Purpose.Value)), $"entry {entry.Id} of the egress ledger contradicts itself");
            last = entry.Id;
            entries.Add(new EgressEntry(
                entry.Id,
                new EgressAttempt(entry.StartedAt, entry.Provider, entry.Host, entry.Reach, entry.Purpose, []),
                new EgressResult(entry.Outcome, entry.Status, entry.Rule, entry.BytesSent, entry.BytesReceived, TimeSpan.FromTicks(entry.DurationTicks)),
                entry.Documents));
        }

        Require(entries.Count == _reader.Manifest.Egress[page].Count && last == end, $"entry '{name}' holds other entries of the ledger than the manifest says");
        return entries;
    }

    private TRecord ReadWhole<TRecord>(string name, JsonTypeInfo<TRecord> type) => Parse(name, _reader.Read(name), type);

    private IEnumerable<TRecord> ReadLines<TRecord>(string name, JsonTypeInfo<TRecord> type)
    {
        var bytes = _reader.Read(name);
        for (var start = 0; start < bytes.Length;)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            Require(length >= 0, $"entry '{name}' does not end with a line");
            yield return Parse(name, bytes.AsSpan(start, length), type);
            start += length + 1;
        }
    }

    private TRecord Parse<TRecord>(string name, ReadOnlySpan<byte> json, JsonTypeInfo<TRecord> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new ArchiveDamagedException(_reader.Path, $"entry '{name}' holds nothing where a record is due");
        }
        catch (JsonException error)
        {
            throw new ArchiveDamagedException(_reader.Path, $"entry '{name}' cannot be read", error);
        }
    }

    private void Require(bool isTrue, string detail)
    {
        if (!isTrue)
        {
            throw new ArchiveDamagedException(_reader.Path, detail);
        }
    }
}
