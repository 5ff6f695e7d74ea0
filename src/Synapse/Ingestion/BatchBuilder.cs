using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>Gathers changes until they are worth a commit.</summary>
internal sealed class BatchBuilder(long collectionId, string spaceFingerprint, JobLease? lease, IngestionOptions options, TimeProvider time)
{
    private const int MaxFiles = 5_000;

    private readonly HashSet<long> _removed = [];
    private List<PreparedFile> _files = [];
    private long _startedAt;
    private long _chunks;
    private long _characters;

    /// <summary>The files in it.</summary>
    public IReadOnlyList<PreparedFile> Files => _files;

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => _files.Count == 0 && _removed.Count == 0;

    /// <summary>Whether it is large enough.</summary>
    public bool IsFull => _chunks >= options.BatchChunks || _characters >= options.BatchCharacters || _files.Count >= MaxFiles;

    /// <summary>Whether it has waited long enough.</summary>
    public bool IsOld => !IsEmpty && TimeLeft <= TimeSpan.Zero;

    /// <summary>How much longer it may wait.</summary>
    public TimeSpan TimeLeft
        => time.GetElapsedTime(_startedAt) is var age && age < options.BatchAge ? options.BatchAge - age : TimeSpan.Zero;

    /// <summary>Puts in what became of a file.</summary>
    public void Add(PreparedFile file)
    {
        Begin();
        _files.Add(file);
        _chunks += file.Version?.Chunks.Count ?? 0;
        _characters += file.Version?.Text.Length ?? 0;
    }

    /// <summary>Puts in the removal of a document.</summary>
    public void Remove(long documentId)
    {
        Begin();
        _removed.Add(documentId);
    }

    /// <summary>Makes the batch and starts over.</summary>
    public IngestionBatch Build()
    {
        var batch = new IngestionBatch(
            collectionId,
            [.. _files.Where(static file => file.Version is not null).Select(static file => file.Version!)],
            [.. _removed],
            [.. _files.Where(static file => file.Touch is not null).Select(static file => file.Touch!)])
        {
            SpaceFingerprint = spaceFingerprint,
            Lease = lease,
        };
        _files = [];
        _removed.Clear();
        _chunks = 0;
        _characters = 0;
        return batch;
    }

    private void Begin()
    {
        if (IsEmpty)
        {
            _startedAt = time.GetTimestamp();
        }
    }
}
