using System.Globalization;
using SQLitePCL;
using Synapse.Errors;
using Synapse.Telemetry;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : IStoreDoctor, IStoreMeter
{
    // A merge writes a second copy of what it merges before the first goes.
    private const long LeastFreeBytes = 1L << 30;

    /// <inheritdoc/>
    public Task<IReadOnlyList<DiagnosisStep>> DiagnoseAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            var schema = _readers.Read(static connection => connection.Scalar("PRAGMA user_version"));
            return Task.FromResult<IReadOnlyList<DiagnosisStep>>(
            [
                new(StoreFindings.Subject, "server", DiagnosisOutcome.Ok, StoreFindings.Ready, $"SQLite {raw.sqlite3_libversion().utf8_to_string()} in {_folder.DatabasePath}, schema {schema}.", null, _time.GetElapsedTime(started)),
                CheckDisk(started),
            ]);
        }
        catch (SynapseException fault)
        {
            return Task.FromResult<IReadOnlyList<DiagnosisStep>>(
                [new(StoreFindings.Subject, "server", DiagnosisOutcome.Failed, fault.Code, fault.Message, null, _time.GetElapsedTime(started))]);
        }
    }

    private DiagnosisStep CheckDisk(long started)
    {
        var size = new FileInfo(_folder.DatabasePath).Length;
        var free = new DriveInfo(_folder.DatabasePath).AvailableFreeSpace;
        var text = string.Create(CultureInfo.InvariantCulture, $"The store takes {size / 1e6:0.0} MB; its disk has {free / 1e9:0.0} GB left.");
        return free >= Math.Max(LeastFreeBytes, size)
            ? new(StoreFindings.Subject, "disk", DiagnosisOutcome.Ok, StoreFindings.Disk, text, null, _time.GetElapsedTime(started))
            : new(StoreFindings.Subject, "disk", DiagnosisOutcome.Warning, StoreFindings.DiskLow, text, "Free some space, or move the data folder to a larger disk.", _time.GetElapsedTime(started));
    }

    /// <inheritdoc/>
    public ValueTask<StoreReading> MeasureAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // SQLite writes its log beside the database; it is not there after an orderly end.
            var log = new FileInfo($"{_folder.DatabasePath}-wal");
            return new(new StoreReading(
                new FileInfo(_folder.DatabasePath).Length,
                log.Exists ? log.Length : 0,
                new DriveInfo(_folder.DatabasePath).AvailableFreeSpace,
                _indexes.Values.Sum(static index => index.Segments.Count)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(_folder.DatabasePath, $"it cannot be looked at ({fault.GetType().Name})", fault);
        }
    }
}
