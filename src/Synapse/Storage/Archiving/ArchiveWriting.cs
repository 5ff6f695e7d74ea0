using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage.Copying;

namespace Synapse.Storage.Archiving;

/// <summary>Writes a store, or one collection of it, into an archive. The store is only read, as it is at one commit, and others go on writing to it.</summary>
/// <param name="store">The store.</param>
/// <param name="time">Tells when, and how fast it goes.</param>
public sealed class ArchiveWriting(IExportableStore store, TimeProvider time)
{
    private static readonly JsonWriterOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The program that writes, with its version.</summary>
    public static string Program { get; }
        = $"Synapse {typeof(ArchiveWriting).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    /// <summary>Writes a whole store.</summary>
    /// <param name="output">Where to; it need not be a file, and stays open.</param>
    /// <param name="files">Files of the data folder that go along.</param>
    /// <param name="report">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<ArchiveReport> WriteStoreAsync(Stream output, IReadOnlyList<ArchivedFile> files, Action<CopyProgress> report, CancellationToken cancellationToken)
        => WriteAsync(output, null, files, report, cancellationToken);

    /// <summary>Writes one collection. The egress ledger is not of it: that tells of this server.</summary>
    /// <param name="output">Where to; it need not be a file, and stays open.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="report">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="CollectionNotFoundException">It is not there any more.</exception>
    public Task<ArchiveReport> WriteCollectionAsync(Stream output, Collection collection, Action<CopyProgress> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return WriteAsync(output, collection, [], report, cancellationToken);
    }

    private async Task<ArchiveReport> WriteAsync(Stream output, Collection? only, IReadOnlyList<ArchivedFile> files, Action<CopyProgress> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(report);
        await using var export = await store.OpenExportAsync(AccessScope.Everything, cancellationToken);
        var all = await export.ListCollectionsAsync(cancellationToken);
        var collections = only is null ? all : [.. all.Where(each => each.Collection.Id == only.Id)];
        if (only is not null && collections.Count == 0)
        {
            throw new CollectionNotFoundException(only.Name);
        }

        var meter = new CopyMeter(
            CopyPhase.Archiving, collections.Sum(each => each.Summary.DocumentCount), collections.Sum(each => each.Summary.ChunkCount), time, report);
        using var writer = new PackedWriter(output, new ZipRecords());
        var run = new Run(export, writer, meter, cancellationToken);
        foreach (var file in files)
        {
            await run.AddAsync(ArchiveFormat.File(file.Name), file.Content);
        }

        foreach (var collection in collections)
        {
            await run.AddCollectionAsync(collection);
        }

        if (only is null)
        {
            await run.AddEgressAsync();
        }

        return await run.CompleteAsync(only is null ? ArchiveContent.Store : ArchiveContent.Collection, [.. files.Select(file => file.Name)], time.GetUtcNow());
    }

    /// <summary>One archive that is being written.</summary>
    private sealed class Run(IStoreExport export, PackedWriter writer, CopyMeter meter, CancellationToken cancellationToken)
    {
        private readonly ArrayBufferWriter<byte> _lines = new();
        private readonly List<EmbeddingSpace> _spaces = [];
        private readonly List<ArchivedCount> _collections = [];
        private readonly List<ArchivedPage> _egress = [];
        private readonly CopiedKeys _keys = new();
        private long _egressEntries;
        private long _sources;
        private int _portions;
        private Task _writing = Task.CompletedTask;

        public Task<string> AddAsync(string name, ReadOnlyMemory<byte> content) => writer.AddAsync(name, content, isPackable: true, cancellationToken);

        public async Task AddCollectionAsync(ExportedCollection collection)
        {
            var number = _collections.Count + 1L;
            _keys.AddCollection(collection.Collection.Id, number);
            var sources = new List<ArchivedSource>();
            var models = new HashSet<int>();
            try
            {
                foreach (var source in await export.ListSourcesAsync(collection.Collection.Id, cancellationToken))
                {
                    _keys.AddSource(source.Id, ++_sources);
                    sources.Add(await AddSourceAsync(number, source, models));
                }
            }
            finally
            {
                // Nothing is left behind that still writes.
                await _writing;
            }

            var (row, summary) = (collection.Collection, collection.Summary);
            var questions = collection.Evaluation?.Questions.Select(question => new ArchivedQuestion(question.Text, question.Relevant)).ToArray();
            int? space = collection.Space is null ? null : NumberOf(collection.Space);
            await AddAsync(ArchiveFormat.Collection(number), ToBytes(new ArchivedCollection(row.Name, row.CreatedAt, row.Privacy, space, questions, sources), ArchiveJson.Default.ArchivedCollection));
            _collections.Add(new ArchivedCount(row.Name, summary.DocumentCount, summary.ChunkCount, summary.SizeBytes, [.. models.Order().Select(each => _spaces[each].Model).Where(model => model.Length > 0)]));
        }

        public async Task AddEgressAsync()
        {
            const int PageEntries = 500;
            for (var after = 0L; ;)
            {
                var page = await export.ListEgressAsync(after, PageEntries, cancellationToken);
                if (page.Count == 0)
                {
                    return;
                }

                after = page[^1].Id;
                _egressEntries += page.Count;
                await AddAsync(ArchiveFormat.Egress(_egress.Count + 1), ToLines(page, ToRecord, ArchiveJson.Default.ArchivedEgress));
                _egress.Add(new ArchivedPage(after.ToString(CultureInfo.InvariantCulture), page.Count));
            }
        }

        public async Task<ArchiveReport> CompleteAsync(ArchiveContent content, IReadOnlyList<string> files, DateTimeOffset now)
        {
            var manifest = new ArchiveManifest(
                ArchiveFormat.Name,
                ArchiveFormat.Version,
                content,
                Program,
                now,
                [.. _spaces.Select(space => new ArchivedSpace(space.Model, space.Dimensions, space.QueryPrefix, space.PassagePrefix))],
                _collections,
                _egress,
                files,
                [.. writer.Entries]);
            var hash = await writer.AddAsync(ArchiveFormat.Manifest, ToBytes(manifest, ArchiveJson.Default.ArchiveManifest), isPackable: true, cancellationToken);
            await writer.CompleteAsync(ArchiveFormat.Comment(hash), cancellationToken);
            return ArchiveReports.Of(manifest, hash, writer.Length, _egressEntries);
        }

        private async Task<ArchivedSource> AddSourceAsync(long collection, Source source, HashSet<int> models)
        {
            var pages = new List<ArchivedPage>();
            var portions = new List<ArchivedPortion>();
            for (var after = ""; ;)
            {
                var page = await export.ListDocumentsAsync(source.Id, after, DocumentPortions.PageDocuments, cancellationToken);
                var places = new Dictionary<long, (int Portion, int Place)>(page.Count);

                // As a copy cuts them, so that reading one portion of a copy reads one of the archive.
                foreach (var portion in DocumentPortions.Cut(page.OrderBy(document => document.Space.Fingerprint, StringComparer.Ordinal)))
                {
                    _portions++;
                    for (var i = 0; i < portion.Count; i++)
                    {
                        places.Add(portion[i].Document.Id, (_portions, i));
                    }

                    var added = await AddPortionAsync(collection, portion);
                    models.Add(added.Space);
                    portions.Add(added);
                }

                if (page.Count > 0)
                {
                    await _writing;
                    after = page[^1].Document.Path;
                    pages.Add(new ArchivedPage(after, page.Count));
                    var lines = ToLines(page, document => ToRecord(document.Document, places[document.Document.Id]), ArchiveJson.Default.ArchivedDocument);
                    await AddAsync(ArchiveFormat.Page(collection, _sources, pages.Count), lines);
                }

                if (page.Count < DocumentPortions.PageDocuments)
                {
                    break;
                }
            }

            await _writing;
            var skipped = await export.ListSkippedFilesAsync(source.Id, cancellationToken);
            await AddAsync(ArchiveFormat.Skipped(collection, _sources), ToLines(skipped, file => new ArchivedSkip(file.Path, file.Reason, file.Detail), ArchiveJson.Default.ArchivedSkip));
            return new ArchivedSource(source.Kind, source.Location, source.CreatedAt, pages, portions);
        }

        // While one portion is packed and written, the next is read.
        private async Task<ArchivedPortion> AddPortionAsync(long collection, IReadOnlyList<ExportedDocument> portion)
        {
            var (source, number, space) = (_sources, _portions, portion[0].Space);
            var contents = await export.ReadAsync(portion, cancellationToken);
            var (form, embeddings) = EmbeddingCoding.Encode(Join(contents), space.Dimensions);
            await _writing;
            _writing = Task.Run(
                async () =>
                {
                    var lines = ToLines([.. portion.Zip(contents)], pair => ToRecord(pair.First.Document.Path, pair.Second), ArchiveJson.Default.ArchivedText);
                    await AddAsync(ArchiveFormat.Texts(collection, source, number), lines);
                    await writer.AddAsync(ArchiveFormat.Embeddings(collection, source, number, form), embeddings, isPackable: false, cancellationToken);
                    meter.Add(portion.Count, contents.Sum(content => (long)content.Chunks.Count));
                },
                CancellationToken.None);
            return new ArchivedPortion(portion.Count, NumberOf(space), form);
        }

        private int NumberOf(EmbeddingSpace space)
        {
            var number = _spaces.FindIndex(known => known.Fingerprint == space.Fingerprint);
            if (number < 0)
            {
                number = _spaces.Count;
                _spaces.Add(space);
            }

            return number;
        }

        private ReadOnlyMemory<byte> ToLines<TItem, TRecord>(IReadOnlyList<TItem> items, Func<TItem, TRecord> convert, JsonTypeInfo<TRecord> type)
        {
            _lines.ResetWrittenCount();
            using var json = new Utf8JsonWriter(_lines, s_readable);
            foreach (var item in items)
            {
                JsonSerializer.Serialize(json, convert(item), type);
                json.Flush();
                _lines.Write("\n"u8);
                json.Reset();
            }

            return _lines.WrittenMemory;
        }

        private static byte[] ToBytes<TRecord>(TRecord record, JsonTypeInfo<TRecord> type)
        {
            using var bytes = new MemoryStream();
            using (var json = new Utf8JsonWriter(bytes, s_readable))
            {
                JsonSerializer.Serialize(json, record, type);
            }

            return bytes.ToArray();
        }

        private static float[] Join(IReadOnlyList<DocumentContent> contents)
        {
            var embeddings = new float[contents.Sum(content => content.Embeddings.Length)];
            var at = 0;
            foreach (var content in contents)
            {
                content.Embeddings.Span.CopyTo(embeddings.AsSpan(at));
                at += content.Embeddings.Length;
            }

            return embeddings;
        }

        private static ArchivedDocument ToRecord(Document row, (int Portion, int Place) place)
            => new(row.Path, row.Language, row.ContentHash, row.SizeBytes, row.ModifiedAt, row.LineCount, row.ChunkCount, place.Portion, place.Place);

        private static ArchivedText ToRecord(string path, DocumentContent content)
            => new(path, content.Text, [.. content.Chunks.Select(chunk => new ArchivedChunk(
                chunk.StartOffset, chunk.EndOffset, chunk.StartLine, chunk.EndLine, chunk.Kind, chunk.Heading, chunk.Symbol, chunk.DefinesSymbol, chunk.Definitions.Count == 0 ? null : chunk.Definitions))]);

        private ArchivedEgress ToRecord(EgressEntry entry)
        {
            var (attempt, result) = (entry.Attempt, entry.Result);
            return new ArchivedEgress(
                entry.Id, attempt.StartedAt, attempt.Provider, attempt.Host, attempt.Reach, attempt.Purpose, result.Outcome, result.Status, result.Rule, result.BytesSent, result.BytesReceived,
                result.Duration.Ticks,
                [.. entry.Documents.Select(document => document with { CollectionId = _keys.Collection(document.CollectionId), SourceId = _keys.Source(document.SourceId) })]);
        }
    }
}
