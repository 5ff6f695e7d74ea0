using System.Runtime.CompilerServices;
using Synapse.Answering;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Storage;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>A library in memory whose every file is one chunk, and an answerer that quotes the line with most words of the question.</summary>
internal sealed class InMemoryLibrary(TimeProvider time) : ILibraryStore, IJobStore, IAnswerer
{
    private readonly Lock _lock = new();
    private readonly List<Collection> _collections = [];
    private readonly List<Source> _sources = [];
    private readonly List<(Document Document, string Text)> _documents = [];
    private readonly List<IngestionJob> _jobs = [];
    private readonly Dictionary<long, IReadOnlyList<SkippedFile>> _skipped = [];
    private long _nextId;

    /// <summary>Set to make every question fail with it.</summary>
    public Exception? Fault { get; set; }

    /// <summary>An answer waits for it after its passages, when it is set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public async Task<Document> AddFileAsync(string collectionName, string path, string text, string language = "text")
    {
        var collection = await FindCollectionAsync(AccessScope.Everything, collectionName, default) ?? await CreateCollectionAsync(collectionName, default);
        var source = await AddSourceAsync(collection.Id, SourceKind.Folder, $"/srv/{collectionName}", default);
        lock (_lock)
        {
            var document = new Document(
                ++_nextId, collection.Id, source.Id, path, language, new string('0', 64), text.Length, time.GetUtcNow(), text.Count(unit => unit == '\n') + 1, 1);
            _documents.Add((document, text));
            return document;
        }
    }

    public ValueTask<Collection> CreateCollectionAsync(string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_collections.Any(collection => collection.Name == name))
            {
                throw new CollectionExistsException(name);
            }

            var collection = new Collection(++_nextId, name, time.GetUtcNow());
            _collections.Add(collection);
            return ValueTask.FromResult(collection);
        }
    }

    public ValueTask<IReadOnlyList<CollectionSummary>> ListCollectionsAsync(AccessScope scope, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<CollectionSummary>>(
            [
                .. _collections.Where(collection => scope.Allows(collection.Id)).OrderBy(collection => collection.Name, StringComparer.Ordinal)
                    .Select(collection => (collection, Documents: _documents.Where(entry => entry.Document.CollectionId == collection.Id).ToList()))
                    .Select(pair => new CollectionSummary(pair.collection, pair.Documents.Count, pair.Documents.Count, pair.Documents.Sum(entry => entry.Document.SizeBytes))),
            ]);
        }
    }

    public ValueTask<Collection?> FindCollectionAsync(AccessScope scope, string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_collections.FirstOrDefault(collection => collection.Name == name && scope.Allows(collection.Id)));
        }
    }

    public ValueTask<bool> RemoveCollectionAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _documents.RemoveAll(entry => entry.Document.CollectionId == collectionId && scope.Allows(collectionId));
            _sources.RemoveAll(source => source.CollectionId == collectionId && scope.Allows(collectionId));
            return ValueTask.FromResult(_collections.RemoveAll(collection => collection.Id == collectionId && scope.Allows(collectionId)) > 0);
        }
    }

    public ValueTask<Source> AddSourceAsync(long collectionId, SourceKind kind, string location, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var source = _sources.FirstOrDefault(source => source.CollectionId == collectionId && source.Location == location);
            if (source is null)
            {
                source = new Source(++_nextId, collectionId, kind, location, time.GetUtcNow());
                _sources.Add(source);
            }

            return ValueTask.FromResult(source);
        }
    }

    public ValueTask<IReadOnlyList<Source>> ListSourcesAsync(AccessScope scope, long? collectionId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<Source>>(
                [.. _sources.Where(source => scope.Allows(source.CollectionId) && (collectionId is null || source.CollectionId == collectionId))]);
        }
    }

    public ValueTask<Source?> FindSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_sources.FirstOrDefault(source => source.Id == sourceId && scope.Allows(source.CollectionId)));
        }
    }

    public ValueTask<bool> RemoveSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _documents.RemoveAll(entry => entry.Document.SourceId == sourceId && scope.Allows(entry.Document.CollectionId));
            return ValueTask.FromResult(_sources.RemoveAll(source => source.Id == sourceId && scope.Allows(source.CollectionId)) > 0);
        }
    }

    public ValueTask<IReadOnlyList<Document>> ListDocumentsAsync(
        AccessScope scope, long collectionId, Document? after, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var ordered = _documents.Select(entry => entry.Document)
                .Where(document => document.CollectionId == collectionId && scope.Allows(collectionId))
                .OrderBy(document => document.Path, StringComparer.Ordinal).ThenBy(document => document.Id);
            return ValueTask.FromResult<IReadOnlyList<Document>>(
                [.. ordered.SkipWhile(document => after is not null && string.CompareOrdinal(document.Path, after.Path) <= 0).Take(limit)]);
        }
    }

    public ValueTask<Document?> FindDocumentAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_documents.Select(entry => entry.Document)
                .FirstOrDefault(document => document.Id == documentId && scope.Allows(document.CollectionId)));
        }
    }

    public ValueTask<string?> ReadTextAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_documents.Where(entry => entry.Document.Id == documentId && scope.Allows(entry.Document.CollectionId))
                .Select(entry => entry.Text).FirstOrDefault());
        }
    }

    public ValueTask<IngestionJob> AddJobAsync(long collectionId, long sourceId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var job = new IngestionJob(++_nextId, collectionId, sourceId, IngestionJobState.Queued, time.GetUtcNow(), null, null, 0, new(), null, null);
            _jobs.Add(job);
            return ValueTask.FromResult(job);
        }
    }

    public ValueTask UpdateJobAsync(IngestionJob job, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _jobs[_jobs.FindIndex(known => known.Id == job.Id)] = job;
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask ReplaceSkippedFilesAsync(long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _skipped[sourceId] = files;
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_skipped.GetValueOrDefault(sourceId) ?? []);
        }
    }

    public ValueTask<IngestionJob?> FindJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_jobs.FirstOrDefault(job => job.Id == jobId && scope.Allows(job.CollectionId)));
        }
    }

    public ValueTask<IReadOnlyList<IngestionJob>> ListJobsAsync(
        AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<IngestionJob>>(
            [
                .. _jobs.AsEnumerable().Reverse()
                    .Where(job => scope.Allows(job.CollectionId) && (collectionId is null || job.CollectionId == collectionId) && !(unfinishedOnly && job.IsFinished))
                    .Take(limit),
            ]);
        }
    }

    public async IAsyncEnumerable<AnswerEvent> AnswerAsync(
        AccessScope scope, SearchQuery question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Fault is { } fault)
        {
            throw fault;
        }

        var words = question.Text.Split([' ', '?'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length > 3).ToList();
        List<(Document Document, string Text)> found;
        lock (_lock)
        {
            found = [.. _documents
                .Where(entry => scope.Allows(entry.Document.CollectionId) && (question.CollectionIds?.Contains(entry.Document.CollectionId) ?? true))
                .OrderByDescending(entry => words.Count(word => entry.Text.Contains(word, StringComparison.OrdinalIgnoreCase)))
                .Where(entry => words.Any(word => entry.Text.Contains(word, StringComparison.OrdinalIgnoreCase)))
                .Take(question.Limit)];
        }

        yield return new PassagesFound([.. found.Select((entry, index) => HitOf(entry.Document, entry.Text, index))]);
        if (Gate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        var sentences = new List<AnswerSentence>();
        var citations = new List<Citation>();
        foreach (var (document, text) in found.Take(3))
        {
            var (quote, start, line) = BestLine(text, words);
            var citation = new Citation(
                citations.Count + 1, document.CollectionId, document.SourceId, document.Id, document.Path, start, start + quote.Length, line, line, quote, true);
            citations.Add(citation);
            yield return new CitationAdded(citation);
            sentences.Add(new AnswerSentence(quote, [citation.Number]));
            yield return new SentenceAdded(sentences[^1]);
        }

        yield return new AnswerCompleted(sentences.Count == 0
            ? new Answer("Not found in your documents.", false, [], [])
            : new Answer(string.Join(' ', sentences.Select(sentence => $"{sentence.Text} [{sentence.Citations[0]}]")), true, sentences, citations));
    }

    private static (string Line, int Start, int Number) BestLine(string text, List<string> words)
    {
        var best = (Line: "", Start: 0, Number: 1, Words: 0);
        var start = 0;
        var number = 1;
        foreach (var line in text.Split('\n'))
        {
            var count = words.Count(word => line.Contains(word, StringComparison.OrdinalIgnoreCase));
            if (count > best.Words)
            {
                best = (line.Trim(), start + line.Length - line.TrimStart().Length, number, count);
            }

            start += line.Length + 1;
            number++;
        }

        return (best.Line, best.Start, best.Number);
    }

    private static Hit HitOf(Document document, string text, int index)
    {
        var kind = document.Language is "markdown" or "text" ? ChunkKind.Prose : ChunkKind.Code;
        var chunk = new Chunk(0, 0, text.Length, 1, document.LineCount, kind, kind == ChunkKind.Prose ? text.Split('\n')[0] : null, null, false);
        return new Hit(
            new StoredChunk(new ChunkKey(document.Id), document.CollectionId, document.SourceId, document.Id, document.Path, document.Language, 1, chunk),
            text, 0.8 - (0.1 * index), 7.5f - index, 0.4f,
            [new("bm25", 0.7 - (0.1 * index)), new("vector", 0.15), new("testPenalty", -0.05)]);
    }
}
