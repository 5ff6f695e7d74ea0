using System.Diagnostics;
using System.Globalization;
using Lucene.Net.Analysis.En;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.Bench;

/// <summary>Keyword indexing and search beside SQLite FTS5 and Lucene.Net, on the same text, in turns, in one run and on one thread each.</summary>
internal static class PeerBench
{
    private const int BatchChunks = 4_096;
    private const int Queries = 500;
    private const int Limit = 10;

    public static async Task RunAsync(string folder, int chunkCount, CancellationToken cancellationToken)
    {
        var corpus = new SyntheticCorpus(1);
        using var fts = new FtsPeer(Path.Combine(folder, "fts5.db"));
        using var lucene = new LucenePeer(Path.Combine(folder, "lucene"));
        await using var synapse = await SynapsePeer.OpenAsync(Path.Combine(folder, "synapse"), cancellationToken);
        var times = new TimeSpan[3];
        var bytes = 0L;
        for (var first = 0; first < chunkCount; first += BatchChunks)
        {
            var texts = Enumerable.Range(first, Math.Min(BatchChunks, chunkCount - first)).Select(corpus.Chunk).ToArray();
            bytes += texts.Sum(text => text.Length);
            var clock = Stopwatch.StartNew();
            await synapse.AddAsync(first, texts, cancellationToken);
            times[0] += clock.Elapsed;
            clock.Restart();
            fts.Add(first, texts);
            times[1] += clock.Elapsed;
            clock.Restart();
            lucene.Add(first, texts);
            times[2] += clock.Elapsed;
        }

        var finish = Stopwatch.StartNew();
        lucene.Commit();
        times[2] += finish.Elapsed;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{chunkCount} chunks, {bytes / 1e6:F0} MB of text"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"indexing: synapse (keywords, vectors and text) {chunkCount / times[0].TotalSeconds:F0}, FTS5 {chunkCount / times[1].TotalSeconds:F0}, Lucene.Net {chunkCount / times[2].TotalSeconds:F0} chunks/s"));

        var queries = Enumerable.Range(0, Queries).Select(i => corpus.Query(i, chunkCount)).ToArray();
        await synapse.OpenAsync(cancellationToken);
        lucene.Open();
        for (var round = 0; round < 2; round++)
        {
            var latencies = new List<double>[] { [], [], [] };
            foreach (var query in queries)
            {
                var clock = Stopwatch.StartNew();
                await synapse.SearchAsync(query, Limit, cancellationToken);
                latencies[0].Add(clock.Elapsed.TotalMicroseconds);
                clock.Restart();
                fts.Search(query, Limit);
                latencies[1].Add(clock.Elapsed.TotalMicroseconds);
                clock.Restart();
                lucene.Search(query, Limit);
                latencies[2].Add(clock.Elapsed.TotalMicroseconds);
            }

            if (round == 1)
            {
                StoreBench.Percentiles("keyword search, synapse", latencies[0]);
                StoreBench.Percentiles("keyword search, FTS5", latencies[1]);
                StoreBench.Percentiles("keyword search, Lucene.Net", latencies[2]);
            }
        }
    }

    private sealed class SynapsePeer(SqliteStore store, long collectionId, long sourceId) : IAsyncDisposable
    {
        private const int Dimensions = 256;
        private const int ChunksPerDocument = 8;
        private readonly TextAnalyzer _analyzer = new();
        private ISearchSnapshot? _snapshot;

        public static async Task<SynapsePeer> OpenAsync(string folder, CancellationToken cancellationToken)
        {
            var store = SqliteStore.Open(folder, TimeProvider.System, NullLogger<SqliteStore>.Instance);
            var collection = await store.CreateCollectionAsync("bench", cancellationToken);
            await store.UseEmbeddingSpaceAsync(collection.Id, new EmbeddingSpace("bench", Dimensions), cancellationToken);
            var source = await store.AddSourceAsync(collection.Id, SourceKind.Folder, "/bench", cancellationToken);
            return new SynapsePeer(store, collection.Id, source.Id);
        }

        public async Task AddAsync(int first, string[] texts, CancellationToken cancellationToken)
        {
            var versions = texts.Chunk(ChunksPerDocument).Select((part, i) => Version($"document{first / ChunksPerDocument + i}.txt", part)).ToArray();
            await store.CommitAsync(new IngestionBatch(collectionId, versions, [], []), cancellationToken);
        }

        public async Task OpenAsync(CancellationToken cancellationToken)
            => _snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, null, cancellationToken);

        public async Task SearchAsync(string query, int limit, CancellationToken cancellationToken)
            => await _snapshot!.FindByKeywordsAsync(_analyzer.AnalyzeQuery(query), limit, cancellationToken);

        public ValueTask DisposeAsync() => store.DisposeAsync();

        private DocumentVersion Version(string path, string[] texts)
        {
            var text = string.Concat(texts);
            var chunks = new Chunk[texts.Length];
            var terms = new ChunkTerms[texts.Length];
            var start = 0;
            for (var i = 0; i < texts.Length; i++)
            {
                chunks[i] = new Chunk(i, start, start + texts[i].Length, i + 1, i + 1, ChunkKind.Prose, null, null, false);
                terms[i] = _analyzer.AnalyzeChunk(texts[i], chunks[i], path);
                start += texts[i].Length;
            }

            var embeddings = new float[texts.Length * Dimensions];
            embeddings.AsSpan().Fill(0.0625f);
            return new DocumentVersion(
                sourceId, path, "text", new string('0', 64), text.Length, DateTimeOffset.UnixEpoch, text, texts.Length, chunks, terms, embeddings);
        }
    }

    private sealed class FtsPeer : IDisposable
    {
        private readonly SqliteConnection _connection;

        public FtsPeer(string path)
        {
            _connection = new SqliteConnection($"Data Source={path};Pooling=False");
            _connection.Open();
            using var command = _connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE VIRTUAL TABLE chunks USING fts5(text, tokenize = 'porter unicode61')";
            command.ExecuteNonQuery();
        }

        public void Add(int first, string[] texts)
        {
            using var transaction = _connection.BeginTransaction();
            using var command = _connection.CreateCommand();
            command.CommandText = "INSERT INTO chunks(rowid, text) VALUES($id, $text)";
            var id = command.Parameters.Add("$id", SqliteType.Integer);
            var text = command.Parameters.Add("$text", SqliteType.Text);
            foreach (var each in texts)
            {
                id.Value = first++;
                text.Value = each;
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        public void Search(string query, int limit)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "SELECT rowid, bm25(chunks) FROM chunks WHERE chunks MATCH $query ORDER BY rank LIMIT $limit";
            command.Parameters.AddWithValue("$query", string.Join(" OR ", query.Split(' ').Select(word => $"\"{word}\"")));
            command.Parameters.AddWithValue("$limit", limit);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
            }
        }

        public void Dispose() => _connection.Dispose();
    }

    private sealed class LucenePeer : IDisposable
    {
        private readonly FSDirectory _directory;
        private readonly EnglishAnalyzer _analyzer = new(LuceneVersion.LUCENE_48);
        private readonly IndexWriter _writer;
        private DirectoryReader? _reader;
        private IndexSearcher? _searcher;

        public LucenePeer(string path)
        {
            _directory = FSDirectory.Open(path);
            _writer = new IndexWriter(_directory, new IndexWriterConfig(LuceneVersion.LUCENE_48, _analyzer) { RAMBufferSizeMB = 64 });
        }

        public void Add(int first, string[] texts)
        {
            foreach (var text in texts)
            {
                _writer.AddDocument([new TextField("text", text, Field.Store.NO), new StoredField("id", first++)]);
            }
        }

        public void Commit() => _writer.Commit();

        public void Open()
        {
            _reader = DirectoryReader.Open(_directory);
            _searcher = new IndexSearcher(_reader) { Similarity = new BM25Similarity() };
        }

        public void Search(string query, int limit)
        {
            var all = new BooleanQuery();
            using var tokens = _analyzer.GetTokenStream("text", query);
            var term = tokens.GetAttribute<Lucene.Net.Analysis.TokenAttributes.ICharTermAttribute>();
            tokens.Reset();
            while (tokens.IncrementToken())
            {
                all.Add(new TermQuery(new Term("text", term.ToString())), Occur.SHOULD);
            }

            tokens.End();
            _searcher!.Search(all, limit);
        }

        public void Dispose()
        {
            _reader?.Dispose();
            _writer.Dispose();
            _directory.Dispose();
            _analyzer.Dispose();
        }
    }
}
