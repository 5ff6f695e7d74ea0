using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage.Copying;

namespace Synapse.Storage.Archiving;

/// <summary>An archive that is read as a store, so that what copies and compares stores restores it too.</summary>
public sealed class StoreArchive : IExportableStore, IDisposable
{
    private readonly PackedReader _reader;
    private readonly string? _rename;

    private StoreArchive(PackedReader reader, string? rename)
    {
        _reader = reader;
        _rename = rename;
    }

    /// <inheritdoc/>
    public string Name => _reader.Path;

    /// <summary>What it holds.</summary>
    public ArchiveContent Content => _reader.Manifest.Content;

    /// <summary>The hash that stands for every byte of it.</summary>
    public string Sha256 => _reader.Hash;

    /// <summary>Opens an archive. Its records and its manifest are checked; what the entries hold is checked when they are read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">What it has to hold.</param>
    /// <param name="rename">Another name for its collection; null for its own.</param>
    /// <exception cref="ArchiveNotFoundException">It is not there, or cannot be read.</exception>
    /// <exception cref="ArchiveDamagedException">It is not as it was written.</exception>
    /// <exception cref="ArchiveNewerException">A newer program wrote it.</exception>
    /// <exception cref="ArchiveUnsuitableException">It holds something else.</exception>
    public static StoreArchive Open(string path, ArchiveContent? content = null, string? rename = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var reader = PackedReader.Open(path, new ZipRecords());
        if (content is null || content == reader.Manifest.Content)
        {
            return new StoreArchive(reader, rename);
        }

        reader.Dispose();
        throw content == ArchiveContent.Store
            ? new ArchiveUnsuitableException(path, "one collection, not a whole store", "Bring it into a store with 'synapse collections import'.")
            : new ArchiveUnsuitableException(path, "a whole store, not one collection", "Restore it into an empty data folder or database with 'synapse restore'.");
    }

    /// <summary>Reads everything in it, and compares every hash. A store is written only from an archive that was checked before.</summary>
    /// <param name="time">Tells how fast it goes.</param>
    /// <param name="report">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What it holds.</returns>
    /// <exception cref="ArchiveDamagedException">It is not as it was written.</exception>
    public async Task<ArchiveReport> CheckAsync(TimeProvider time, Action<CopyProgress> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        var manifest = _reader.Manifest;
        var meter = new CopyMeter(CopyPhase.Checking, manifest.Collections.Sum(each => each.Documents), manifest.Collections.Sum(each => each.Chunks), time, report);
        var check = new ArchiveCheck(_reader, await OpenAsync(cancellationToken), meter);
        var entries = await check.RunAsync(cancellationToken);
        return ArchiveReports.Of(manifest, _reader.Hash, new FileInfo(_reader.Path).Length, entries);
    }

    /// <summary>Reads a file of the data folder that came along.</summary>
    /// <exception cref="ArchiveDamagedException">It is not there, or not as it was written.</exception>
    public byte[] ReadFile(string name) => _reader.Read(ArchiveFormat.File(name));

    /// <summary>Names of the files of the data folder that came along.</summary>
    public IReadOnlyList<string> Files => _reader.Manifest.Files;

    /// <inheritdoc/>
    public ValueTask<string> GetIdentityAsync(CancellationToken cancellationToken) => new($"archive:{_reader.Hash}");

    /// <inheritdoc/>
    public async ValueTask<IStoreExport> OpenExportAsync(AccessScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfNotEqual(scope.IsEverything, true, nameof(scope));
        return await OpenAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private ValueTask<ArchiveExport> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new ArchiveExport(_reader, _rename));
    }
}
