using System.Collections.Concurrent;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Tests.TestSupport;

/// <summary>The catalogue, ingestion and job ports in memory, with the promises that ingestion relies on.</summary>
internal sealed class InMemoryStore : ILibraryStore, IIngestionStore, IJobStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Collection> _collections = [];
    private readonly SortedDictionary<long, Source> _sources = [];
    private readonly SortedDictionary<long, (DocumentVersion Version, DocumentState State)> _documents = [];
    private readonly SortedDictionary<long, IngestionJob> _jobs = [];
    private readonly Dictionary<long, IReadOnlyList<SkippedFile>> _skipped = [];
    private readonly Dictionary<long, EmbeddingSpace> _spaces = [];
    private long _lastId;

    /// <summary>Every batch committed, in order.</summary>
    public ConcurrentQueue<IngestionBatch> Commits { get; } = new();

    /// <summary>Is called before a batch is stored, and may throw.</summary>
    public Action<IngestionBatch>? BeforeCommit { get; set; }

    /// <summary>Every state a job was saved in, in order.</summary>
    public ConcurrentQueue<IngestionJob> SavedJobs { get; } = new();

    public IReadOnlyList<DocumentVersion> Documents
    {
        get
        {
            lock (_gate)
            {
                return [.. _documents.Values.Select(entry => entry.Version).OrderBy(version => version.Path, StringComparer.Ordinal)];
            }
        }
    }

    public ValueTask<Collection> CreateCollectionAsync(string name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_collections.Values.Any(known => known.Name == name))
            {
                throw new CollectionExistsException(name);
            }

            var collection = new Collection(++_lastId, name, DateTimeOffset.UnixEpoch);
            _collections.Add(collection.Id, collection);
            return new(collection);
        }
    }

    public async ValueTask<Collection> CreateCollectionAsync(string name, SourceKind kind, string location, CollectionPrivacy privacy, CancellationToken cancellationToken)
    {
        var collection = await CreateCollectionAsync(name, cancellationToken);
        await SetPrivacyAsync(AccessScope.Everything, collection.Id, privacy, cancellationToken);
        await AddSourceAsync(collection.Id, kind, location, cancellationToken);
        return collection with { Privacy = privacy };
    }

    public ValueTask<bool> SetPrivacyAsync(AccessScope scope, long collectionId, CollectionPrivacy privacy, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!scope.Allows(collectionId) || !_collections.TryGetValue(collectionId, out var known))
            {
                return new(false);
            }

            _collections[collectionId] = known with { Privacy = privacy };
            return new(true);
        }
    }

    public ValueTask<IReadOnlyList<Collection>> ListLocalOnlyAsync(
        AccessScope scope, IReadOnlyCollection<long>? collectionIds, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _collections.Values
                .Where(known => scope.Allows(known.Id) && collectionIds?.Contains(known.Id) != false && known.Privacy == CollectionPrivacy.LocalOnly)
                .OrderBy(known => known.Name, StringComparer.Ordinal)]);
        }
    }

    public ValueTask<IReadOnlyList<CollectionSummary>> ListCollectionsAsync(AccessScope scope, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _collections.Values.Where(collection => scope.Allows(collection.Id)).Select(collection => new CollectionSummary(collection, 0, 0, 0))]);
        }
    }

    public ValueTask<Collection?> FindCollectionAsync(AccessScope scope, string name, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_collections.Values.FirstOrDefault(collection => collection.Name == name && scope.Allows(collection.Id)));
        }
    }

    public ValueTask<bool> RemoveCollectionAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_collections.Remove(collectionId));
        }
    }

    public ValueTask<Source> AddSourceAsync(long collectionId, SourceKind kind, string location, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var source = _sources.Values.FirstOrDefault(known => known.CollectionId == collectionId && known.Location == location);
            if (source is null)
            {
                source = new Source(++_lastId, collectionId, kind, location, DateTimeOffset.UnixEpoch);
                _sources.Add(source.Id, source);
            }

            return new(source);
        }
    }

    public ValueTask<IReadOnlyList<Source>> ListSourcesAsync(AccessScope scope, long? collectionId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _sources.Values.Where(source => scope.Allows(source.CollectionId) && (collectionId is null || source.CollectionId == collectionId))]);
        }
    }

    public ValueTask<Source?> FindSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_sources.GetValueOrDefault(sourceId));
        }
    }

    public ValueTask<bool> RemoveSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_sources.Remove(sourceId));
        }
    }

    public ValueTask<IReadOnlyList<Document>> ListDocumentsAsync(AccessScope scope, long collectionId, Document? after, int limit, CancellationToken cancellationToken)
        => new([]);

    public ValueTask<Document?> FindDocumentAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
        => new((Document?)null);

    public ValueTask<string?> ReadTextAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_documents.TryGetValue(documentId, out var entry) ? entry.Version.Text : null);
        }
    }

    public ValueTask<EmbeddingSpace?> FindEmbeddingSpaceAsync(long collectionId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_spaces.GetValueOrDefault(collectionId));
        }
    }

    public ValueTask UseEmbeddingSpaceAsync(long collectionId, EmbeddingSpace space, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _spaces[collectionId] = space;
        }

        return default;
    }

    public ValueTask<IReadOnlyList<EmbeddedText>> ReadEmbeddingsAsync(long collectionId, long documentId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_documents.TryGetValue(documentId, out var entry))
            {
                return new([]);
            }

            var (version, dimensions) = (entry.Version, _spaces[collectionId].Dimensions);
            return new([.. version.Chunks.Select((chunk, i) => new EmbeddedText(version.Text[chunk.StartOffset..chunk.EndOffset], version.Embeddings.Slice(i * dimensions, dimensions)))]);
        }
    }

    public ValueTask<IReadOnlyList<DocumentState>> ListDocumentStatesAsync(long sourceId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _documents.Values.Where(entry => entry.Version.SourceId == sourceId).Select(entry => entry.State)]);
        }
    }

    public ValueTask CommitAsync(IngestionBatch batch, CancellationToken cancellationToken)
    {
        BeforeCommit?.Invoke(batch);
        lock (_gate)
        {
            Commits.Enqueue(batch);
            foreach (var id in batch.RemovedDocumentIds)
            {
                _documents.Remove(id);
            }

            foreach (var touch in batch.Touched)
            {
                var (version, state) = _documents[touch.DocumentId];
                _documents[touch.DocumentId] = (version, state with { SizeBytes = touch.SizeBytes, ModifiedAt = touch.ModifiedAt });
            }

            foreach (var version in batch.Versions)
            {
                foreach (var old in _documents.Where(entry => entry.Value.Version.SourceId == version.SourceId && entry.Value.Version.Path == version.Path).ToList())
                {
                    _documents.Remove(old.Key);
                }

                var id = ++_lastId;
                _documents.Add(id, (version, new DocumentState(id, version.Path, version.ContentHash, version.SizeBytes, version.ModifiedAt)));
            }
        }

        return default;
    }

    public ValueTask<IngestionJob> AddJobAsync(long collectionId, long sourceId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var job = _jobs.Values.FirstOrDefault(known => known.SourceId == sourceId && known.State == IngestionJobState.Queued);
            if (job is null)
            {
                job = new IngestionJob(++_lastId, collectionId, sourceId, IngestionJobState.Queued, DateTimeOffset.UnixEpoch, null, null, 0, new(), null, null);
                _jobs.Add(job.Id, job);
            }

            return new(job);
        }
    }

    public ValueTask UpdateJobAsync(IngestionJob job, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            SavedJobs.Enqueue(job);
            if (_jobs.ContainsKey(job.Id))
            {
                _jobs[job.Id] = job;
            }
        }

        return default;
    }

    public ValueTask ReplaceSkippedFilesAsync(long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _skipped[sourceId] = files;
        }

        return default;
    }

    public ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_skipped.GetValueOrDefault(sourceId, []));
        }
    }

    public ValueTask<IngestionJob?> FindJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_jobs.TryGetValue(jobId, out var job) && scope.Allows(job.CollectionId) ? job : null);
        }
    }

    public ValueTask<IReadOnlyList<IngestionJob>> ListJobsAsync(AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _jobs.Values.Reverse()
                .Where(job => scope.Allows(job.CollectionId) && (collectionId is null || job.CollectionId == collectionId) && (!unfinishedOnly || !job.IsFinished))
                .Take(limit)]);
        }
    }
}
