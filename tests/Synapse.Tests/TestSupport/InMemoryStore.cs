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
    private readonly SortedDictionary<long, JobLine> _jobs = [];
    private readonly Dictionary<long, IReadOnlyList<SkippedFile>> _skipped = [];
    private readonly Dictionary<long, EmbeddingSpace> _spaces = [];
    private long _lastId;

    /// <summary>The store's clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Every batch committed, in order.</summary>
    public ConcurrentQueue<IngestionBatch> Commits { get; } = new();

    /// <summary>Is called before a batch is stored, and may throw.</summary>
    public Action<IngestionBatch>? BeforeCommit { get; set; }

    /// <summary>Is awaited before a batch is stored.</summary>
    public Func<CancellationToken, Task>? Committing { get; set; }

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

    public async ValueTask CommitAsync(IngestionBatch batch, CancellationToken cancellationToken)
    {
        BeforeCommit?.Invoke(batch);
        await (Committing?.Invoke(cancellationToken) ?? Task.CompletedTask);
        lock (_gate)
        {
            RequireLease(batch.Lease);
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
    }

    public ValueTask<IngestionJob> AddJobAsync(JobRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var line = _jobs.Values.LastOrDefault(known => known.Job.SourceId == request.SourceId && !known.Job.IsFinished);
            if (line is null || line.IsLeased)
            {
                var isFirst = !_jobs.Values.Any(known => known.Job.SourceId == request.SourceId && known.Job.State == IngestionJobState.Completed);
                line = new JobLine
                {
                    Job = new(++_lastId, request.CollectionId, request.SourceId, IngestionJobState.Queued, DateTimeOffset.UnixEpoch, null, null, 0, new(), null, null)
                    {
                        Priority = isFirst && request.Priority == IngestionJobPriority.Refresh ? IngestionJobPriority.Load : request.Priority,
                    },
                    Paths = request.ChangedPaths?.ToHashSet(StringComparer.Ordinal),
                };
                _jobs.Add(line.Job.Id, line);
            }
            else
            {
                line.Paths = request.ChangedPaths is null ? null : line.Paths?.Union(request.ChangedPaths).ToHashSet(StringComparer.Ordinal);
                line.Crashes = request.Priority == IngestionJobPriority.Refresh ? 0 : line.Crashes + (line.Job.State == IngestionJobState.Running ? 1 : 0);
                line.Job = line.Job with
                {
                    State = line.Job.State == IngestionJobState.Running ? IngestionJobState.Queued : line.Job.State,
                    Priority = (IngestionJobPriority)Math.Max((int)line.Job.Priority, (int)request.Priority),
                };
            }

            return new(line.Job);
        }
    }

    public ValueTask<IReadOnlyList<Source>> ListSourcesToDoAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. Claimable().Where(line => _sources.ContainsKey(line.Job.SourceId)).Select(line => _sources[line.Job.SourceId])]);
        }
    }

    public ValueTask NoteSightAsync(IReadOnlyCollection<Source> seen, IReadOnlyCollection<Source> unseen, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var line in Claimable().Where(line => unseen.Any(source => source.Id == line.Job.SourceId)))
            {
                var reason = new SourceUnseenException(_sources[line.Job.SourceId].Location);
                line.Job = line.Job with { State = IngestionJobState.Waiting, ErrorCode = reason.Code, ErrorMessage = reason.Message };
            }
        }

        return default;
    }

    public ValueTask<ClaimedJob?> ClaimJobAsync(JobClaim claim, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var line = Claimable().Where(line => claim.SourceIds.Contains(line.Job.SourceId) && line.Job.Priority >= claim.LeastPriority)
                .OrderByDescending(line => claim.IgnoresPriority ? 0 : line.Job.Priority)
                .ThenBy(line => _jobs.Values.Count(other => other.Job.CollectionId == line.Job.CollectionId && other.IsLeased))
                .ThenBy(line => _jobs.Values.Where(other => other.Job.CollectionId == line.Job.CollectionId).Max(other => other.Lease))
                .FirstOrDefault();
            if (line is null)
            {
                return new((ClaimedJob?)null);
            }

            line.Crashes += line.Job.State == IngestionJobState.Running ? 1 : 0;
            (line.Lease, line.IsLeased) = (++_lastId, true);
            line.Job = line.Job with
            {
                State = IngestionJobState.Running,
                Server = claim.Server,
                Attempts = line.Job.Attempts + 1,
                StartedAt = Time.GetUtcNow(),
                Progress = new(),
                ErrorCode = null,
                ErrorMessage = null,
            };
            SavedJobs.Enqueue(line.Job);
            return new(new ClaimedJob(line.Job, new JobLease(line.Job.Id, line.Lease, claim.LeaseDuration), line.Paths?.ToList(), line.Crashes));
        }
    }

    public ValueTask<bool> RenewJobAsync(JobLease lease, IngestionJob job, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!Holds(lease))
            {
                return new(false);
            }

            SavedJobs.Enqueue(job);
            _jobs[lease.JobId].Job = job;
            return new(true);
        }
    }

    public ValueTask<IngestionJob?> ReleaseJobAsync(JobLease lease, IngestionJob job, TimeSpan delay, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!Holds(lease))
            {
                return new((IngestionJob?)null);
            }

            var line = _jobs[lease.JobId];
            line.Job = job with { Server = null, FinishedAt = job.IsFinished ? Time.GetUtcNow() : null };
            (line.IsLeased, line.Crashes, line.Since, line.Delay) = (false, 0, Time.GetTimestamp(), delay);
            SavedJobs.Enqueue(line.Job);
            return new(line.Job);
        }
    }

    public ValueTask<IngestionJob?> PauseJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(scope, jobId, job => job.IsFinished ? job : job with { State = IngestionJobState.Paused, Server = null });

    public ValueTask<IngestionJob?> ResumeJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(scope, jobId, job => job.State == IngestionJobState.Paused ? job with { State = IngestionJobState.Queued } : job);

    public ValueTask<IngestionJob?> CancelJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(scope, jobId, job => job.IsFinished ? job : job with { State = IngestionJobState.Cancelled, Server = null, FinishedAt = Time.GetUtcNow() });

    /// <summary>Loses whoever holds jobs, as when its process is killed.</summary>
    public void LoseHolders()
    {
        lock (_gate)
        {
            foreach (var line in _jobs.Values)
            {
                line.IsLeased = false;
            }
        }
    }

    public ValueTask ReplaceSkippedFilesAsync(JobLease? lease, long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            RequireLease(lease);
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
            return new(_jobs.TryGetValue(jobId, out var line) && scope.Allows(line.Job.CollectionId) ? line.Job : null);
        }
    }

    public ValueTask<IReadOnlyList<IngestionJob>> ListJobsAsync(AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new([.. _jobs.Values.Select(line => line.Job).Reverse()
                .Where(job => scope.Allows(job.CollectionId) && (collectionId is null || job.CollectionId == collectionId) && (!unfinishedOnly || !job.IsFinished))
                .Take(limit)]);
        }
    }

    private IEnumerable<JobLine> Claimable()
        => _jobs.Values.Where(line => !line.Job.IsFinished && line.Job.State != IngestionJobState.Paused && !line.IsLeased && Time.GetElapsedTime(line.Since) >= line.Delay
            && !_jobs.Values.Any(older => older.Job.SourceId == line.Job.SourceId && older.Job.Id < line.Job.Id && !older.Job.IsFinished));

    private bool Holds(JobLease lease) => _jobs.TryGetValue(lease.JobId, out var line) && line.Lease == lease.Number && line.IsLeased;

    private void RequireLease(JobLease? lease)
    {
        if (lease is { } held)
        {
            if (!Holds(held))
            {
                throw new JobLostException(held.JobId);
            }

            _jobs[held.JobId].Crashes = 0;
        }
    }

    private ValueTask<IngestionJob?> ControlAsync(AccessScope scope, long jobId, Func<IngestionJob, IngestionJob> change)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(jobId, out var line) || !scope.Allows(line.Job.CollectionId))
            {
                return new((IngestionJob?)null);
            }

            var changed = change(line.Job);
            line.IsLeased &= changed.State is IngestionJobState.Running or IngestionJobState.Waiting;
            line.Job = changed;
            return new(changed);
        }
    }

    /// <summary>A job with what only the store knows of it.</summary>
    private sealed class JobLine
    {
        public required IngestionJob Job { get; set; }

        public HashSet<string>? Paths { get; set; }

        public long Lease { get; set; }

        public bool IsLeased { get; set; }

        public int Crashes { get; set; }

        public long Since { get; set; }

        public TimeSpan Delay { get; set; }
    }
}
