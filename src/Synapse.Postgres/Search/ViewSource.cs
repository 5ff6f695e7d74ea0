using Microsoft.Extensions.Logging;
using NpgsqlTypes;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Search;

/// <summary>
/// Opens views on a standby where one is named and has what it must have: all that this server has stored, and what others have stored up to a bounded time ago.
/// Else on the database itself; and on the standby as it is, when the database cannot be reached.
/// </summary>
/// <param name="primary">The database.</param>
/// <param name="replica">Its standby; null without one.</param>
/// <param name="lag">How far the standby may be behind.</param>
/// <param name="time">Tells when a standby that failed is tried again.</param>
/// <param name="logger">Hears of a standby that is left alone.</param>
internal sealed partial class ViewSource(StoreConnections primary, StoreConnections? replica, TimeSpan lag, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // Nothing that was received waits to be applied: then it is as new as the connection to the database is, which the receiver keeps.
    private const string ReadState = """
        SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn(), '0/0'),
            CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver) THEN 0
                ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 'Infinity') END::float8
        """;

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(10);

    private long _restsFrom;
    private bool _isResting;

    /// <summary>Opens a view.</summary>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="collectionIds">The collections to look at; null for all of the scope.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<StoreView> OpenAsync(AccessScope scope, IReadOnlyList<long>? collectionIds, CancellationToken cancellationToken)
    {
        if (replica is not null && await IsFreshAsync(replica, cancellationToken))
        {
            try
            {
                return await StoreView.OpenAsync(replica, scope, collectionIds, cancellationToken);
            }
            catch (SynapseException error)
            {
                Rest(error);
            }
        }

        try
        {
            return await StoreView.OpenAsync(primary, scope, collectionIds, cancellationToken);
        }
        catch (StoreUnavailableException) when (replica is not null)
        {
            // What the standby has may be some moments old, and it is all there is.
            return await StoreView.OpenAsync(replica, scope, collectionIds, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => replica?.DisposeAsync() ?? default;

    private async Task<bool> IsFreshAsync(StoreConnections standby, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _isResting) && time.GetElapsedTime(Interlocked.Read(ref _restsFrom)) < s_rest)
        {
            return false;
        }

        try
        {
            var (isStandby, replayed, seconds) = await standby.QueryAsync(
                (connection, token) => connection.FindAsync(
                    ReadState, [], static row => (row.GetBoolean(0), row.GetFieldValue<NpgsqlLogSequenceNumber>(1), row.GetDouble(2)), token),
                cancellationToken);
            Volatile.Write(ref _isResting, false);

            // One that was promoted goes its own way, unless it is the database itself by now.
            return isStandby && replayed >= primary.Written && seconds <= lag.TotalSeconds;
        }
        catch (SynapseException error)
        {
            Rest(error);
            return false;
        }
    }

    private void Rest(Exception error)
    {
        Interlocked.Exchange(ref _restsFrom, time.GetTimestamp());
        if (!Interlocked.Exchange(ref _isResting, true))
        {
            LogLeftAlone(s_rest.TotalSeconds, error.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The standby is not searched for {Seconds} s: {Reason}")]
    private partial void LogLeftAlone(double seconds, string reason);
}
