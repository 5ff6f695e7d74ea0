using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using NpgsqlTypes;
using Synapse.Errors;

namespace Synapse.Postgres.Connections;

/// <summary>The connections to the database, and units of work on them. A unit that failed for a passing reason is done once more.</summary>
/// <param name="name">Name of the store, for messages.</param>
/// <param name="source">The pool.</param>
internal sealed class StoreConnections(string name, NpgsqlDataSource source) : IAsyncDisposable, IDisposable
{
    // One for the ledger, two for merging, one for building indexes, one to hold the switch of a collection.
    internal const int OwnConnections = 5;

    private const int DoubtQuestions = 40;
    private static readonly (int Least, int Most) s_conflictPauseMs = (50, 200);
    private readonly Lock _written = new();
    private static readonly TimeSpan s_doubtPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Name of the store, without a password.</summary>
    public string Name => name;

    /// <summary>Whether the place of each write in the database's log is noted, so that a standby can be asked whether it has it.</summary>
    public bool FollowsWrites { get; init; }

    /// <summary>The place in the database's log up to which this server has written.</summary>
    public NpgsqlLogSequenceNumber Written { get; private set; }

    /// <summary>The pool. Who takes a connection from it names its faults.</summary>
    public NpgsqlDataSource Source => source;

    /// <summary>Runs one statement, which is its own transaction and may be run twice.</summary>
    public Task<T> QueryAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        => RunAsync(work, QueryOnceAsync, cancellationToken);

    /// <summary>Reads with several statements in one snapshot of the database.</summary>
    public Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        => RunAsync(work, ReadOnceAsync, cancellationToken);

    /// <summary>Changes the database in one transaction: all or nothing, durable when this returns.</summary>
    /// <remarks>When the connection breaks on the last word, the server is asked on another what became of the transaction: no change is made twice.</remarks>
    public Task<T> WriteAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        => RunAsync(work, WriteOnceAsync, cancellationToken);

    /// <summary>Opens something that keeps a connection, such as a view; begun anew once when it fails for a passing reason. Later faults are the caller's to name, with <see cref="Named"/>.</summary>
    /// <param name="begin">Takes the connection over, or throws; then it is closed here.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<T> OpenAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> begin, CancellationToken cancellationToken)
        => RunAsync(begin, OpenOnceAsync, cancellationToken);

    /// <summary>Does what takes connections by itself, and names what the database does to it.</summary>
    public async Task<T> NamingFaultsAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception error) when (PostgresFault.Name(name, error) is { } named)
        {
            Forget(error);
            throw named;
        }
    }

    /// <inheritdoc cref="NamingFaultsAsync{T}"/>
    public Task NamingFaultsAsync(Func<Task> work)
        => NamingFaultsAsync(async () =>
        {
            await work();
            return true;
        });

    /// <summary>Opens a connection for a thread of its own. Faults are the caller's to name.</summary>
    public NpgsqlConnection Open() => source.OpenConnection();

    /// <summary>Closes the connections that lie idle in the pool after one of them was found broken: the others most likely are, too.</summary>
    public void Forget(Exception error)
    {
        if (PostgresFault.IsBroken(error))
        {
            source.Clear();
        }
    }

    /// <summary>The fault in the words of the core, or the fault itself when it is none of the database's.</summary>
    public Exception Named(Exception error) => PostgresFault.Name(name, error) ?? error;

    public void Dispose() => source.Dispose();

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work,
        Func<Func<NpgsqlConnection, CancellationToken, Task<T>>, CancellationToken, Task<T>> runOnce,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await runOnce(work, cancellationToken);
            }
            catch (Exception error) when (attempt == 1 && PostgresFault.IsTransient(error))
            {
                Forget(error);
                if (!PostgresFault.IsBroken(error))
                {
                    // Whoever won goes first: begun at once, both would meet again.
                    await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(s_conflictPauseMs.Least, s_conflictPauseMs.Most)), TimeProvider.System, cancellationToken);
                }
            }
            catch (Exception error) when (PostgresFault.Name(name, error) is { } named)
            {
                throw named;
            }
        }
    }

    private async Task<T> QueryOnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await work(connection, cancellationToken);
    }

    private async Task<T> ReadOnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var result = await work(connection, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    private async Task<T> OpenOnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> begin, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            return await begin(connection, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<T> WriteOnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken);
        var result = await work(connection, cancellationToken);
        var id = await connection.FindAsync("SELECT pg_current_xact_id_if_assigned()::text", [], row => row.TextOrNull(0), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var server = (connection.Host, connection.Port);
        try
        {
            // From here on it is too late to stop.
            await transaction.CommitAsync(CancellationToken.None);
            await NoteWrittenAsync(connection);
            return result;
        }
        catch (Exception error) when (id is not null && PostgresFault.IsBroken(error))
        {
            Forget(error);
            if (await WasCommittedAsync(id, server, error, cancellationToken))
            {
                return result;
            }

            throw;
        }
    }

    private async Task NoteWrittenAsync(NpgsqlConnection connection)
    {
        if (!FollowsWrites)
        {
            return;
        }

        try
        {
            var now = await connection.FindAsync("SELECT pg_current_wal_insert_lsn()", [], row => row.GetFieldValue<NpgsqlLogSequenceNumber>(0), CancellationToken.None);
            lock (_written)
            {
                Written = now > Written ? now : Written;
            }
        }
        catch (Exception error) when (PostgresFault.IsBroken(error))
        {
            // It is stored; only a standby is not asked until it is known to have it.
            Forget(error);
            Written = new NpgsqlLogSequenceNumber(ulong.MaxValue);
        }
    }

    /// <summary>Asks on another connection what became of a transaction.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be found out.</exception>
    private async Task<bool> WasCommittedAsync(string transactionId, (string? Host, int Port) server, Exception cause, CancellationToken cancellationToken)
    {
        for (var question = 1; question <= DoubtQuestions; question++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken);
                if ((connection.Host, connection.Port) != server)
                {
                    // A standby that took over may lack the transaction, and may have given its number to another.
                    break;
                }

                var status = await connection.FindAsync("SELECT pg_xact_status($1::text::xid8)", [transactionId], row => row.TextOrNull(0), cancellationToken);
                if (status is "committed" or "aborted")
                {
                    return status == "committed";
                }
            }
            catch (Exception error) when (PostgresFault.IsBroken(error))
            {
                Forget(error);
            }

            await Task.Delay(s_doubtPause, TimeProvider.System, cancellationToken);
        }

        throw new StoreUnavailableException(name, "the connection broke while a change was being confirmed, and whether it was kept is not known; look before you try again", cause);
    }

    /// <summary>Makes the pool.</summary>
    /// <param name="address">The database.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="found">What the first look at the database found.</param>
    /// <param name="followsWrites">Whether the place of each write in the database's log is noted.</param>
    public static StoreConnections Create(DatabaseAddress address, PostgresOptions options, DatabaseState found, bool followsWrites = false)
    {
        var settings = Settings(address, options);
        settings.SearchPath = $"{Migrations.SchemaMigrations.Schema},{QuoteName(found.VectorSchema)}";
        settings.MinPoolSize = 0;
        // One more, which the ledger keeps.
        settings.MaxPoolSize = options.PoolSize + OwnConnections;
        settings.MaxAutoPrepare = 100;
        settings.Options = string.Create(CultureInfo.InvariantCulture, $"-c statement_timeout={(long)options.StatementTimeout.TotalMilliseconds} -c lock_timeout=0")
            // Compiling a search takes longer than running it.
            + " -c jit=off"
            // What Synapse calls stored is on the disk, whatever the server's default says.
            + (found.CommitsAreFlushed ? "" : " -c synchronous_commit=on");
        var builder = Builder(address, settings);
        builder.UseVector();
        return new StoreConnections(address.Name, builder.Build()) { FollowsWrites = followsWrites };
    }

    /// <summary>What makes connections, of which each asks nobody but the database itself.</summary>
    public static NpgsqlDataSourceBuilder Builder(DatabaseAddress address, NpgsqlConnectionStringBuilder settings)
    {
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString)
        {
            // The name that its metrics have; without one it would be the whole connection string.
            Name = address.Name,
        };
        var looksForRevocation = settings.CheckCertificateRevocation;
        builder.UseSslClientAuthenticationOptionsCallback(tls =>
        {
            // The name that was configured, also where its address is.
            tls.TargetHost = address.CertifiedName(tls.TargetHost ?? address.Servers[0].Host);
            if (!looksForRevocation)
            {
                // A missing certificate would be fetched from an address that the other side names.
                tls.CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            }
        });
        return builder;
    }

    /// <summary>The settings of every connection.</summary>
    public static NpgsqlConnectionStringBuilder Settings(DatabaseAddress address, PostgresOptions options)
    {
        var settings = address.ToSettings();
        settings.ApplicationName ??= "synapse";
        settings.Timeout = (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds);
        // The server ends a statement first; this is for a server that is not heard any more.
        settings.CommandTimeout = (int)Math.Ceiling(options.StatementTimeout.TotalSeconds) + 10;
        settings.KeepAlive = settings.KeepAlive == 0 ? 30 : settings.KeepAlive;
        // A detail quotes values, and values are people's texts and names.
        settings.IncludeErrorDetail = false;
        settings.LogParameters = false;
        settings.PersistSecurityInfo = false;
        settings.Enlist = false;
        // It would ask a Kerberos server, wherever that is; TLS encrypts.
        settings.GssEncryptionMode = GssEncryptionMode.Disable;
        return settings;
    }

    private static string QuoteName(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
