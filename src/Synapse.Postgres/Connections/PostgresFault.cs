using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Synapse.Errors;

namespace Synapse.Postgres.Connections;

/// <summary>Names the faults of PostgreSQL and of the way to it in the words of the core.</summary>
internal static class PostgresFault
{
    // The server may be set to end connections that do nothing.
    private const string IdleTooLong = "57P05";
    private const string IdleInTransactionTooLong = "25P03";

    /// <summary>Whether a unit of work that failed so may succeed when it is done once more.</summary>
    public static bool IsTransient(Exception error)
        => error is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } || IsBroken(error);

    /// <summary>Whether the connection is gone: the server stopped, ended it, or cannot be heard any more.</summary>
    public static bool IsBroken(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or IdleTooLong or IdleInTransactionTooLong } => true,
        PostgresException postgres => postgres.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: IOException or SocketException } => true,
        _ => false,
    };

    /// <summary>Makes the exception for a fault; null for what is none of the database's.</summary>
    /// <param name="store">Name of the store, without a password.</param>
    /// <param name="error">What was thrown.</param>
    public static SynapseException? Name(string store, Exception error) => error switch
    {
        PostgresException postgres => NameState(store, postgres),
        NpgsqlException { InnerException: TimeoutException } timeout => NameTimeout(store, timeout),
        NpgsqlException { InnerException: IOException or SocketException } broken => new StoreUnavailableException(store, $"the server cannot be reached ({Reason(broken)})", broken),
        NpgsqlException { InnerException: AuthenticationException } untrusted => new StoreUnsuitableException(
            store,
            "the certificate of the server is not trusted, or is for another name",
            "Name the host as it stands in the certificate, and its authority with sslrootcert in DATABASE_URL where the system does not know it.",
            untrusted),
        NpgsqlException { InnerException: null } plain when plain.Message.Contains("SSL", StringComparison.Ordinal) => new StoreUnsuitableException(
            store, "the server does not encrypt connections, and sslmode asks for it", "Set up TLS on the server (ssl = on), or weaken sslmode in DATABASE_URL within your own network.", plain),
        NpgsqlException none when none.InnerException is AggregateException || none.Message.StartsWith("No suitable host", StringComparison.Ordinal) => NameOfServers(store, none),
        NpgsqlException or TimeoutException or SocketException => new StoreUnavailableException(store, error.Message.TrimEnd('.'), error),
        _ => null,
    };

    private static SynapseException? NameState(string store, PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword => new StoreAccessDeniedException(store, "the password or the user is wrong. Set DATABASE_URL or DATABASE_PASSWORD_FILE anew.", error),
        PostgresErrorCodes.InvalidAuthorizationSpecification
            => new StoreAccessDeniedException(store, $"{error.MessageText}. The server's pg_hba.conf decides who may connect, from where, and with which encryption.", error),
        PostgresErrorCodes.InsufficientPrivilege => new StoreAccessDeniedException(store, $"{error.MessageText}. Grant the right to the user that DATABASE_URL names.", error),
        PostgresErrorCodes.InvalidCatalogName => new StoreUnsuitableException(store, "the database is not there", "Make it with CREATE DATABASE, or correct DATABASE_URL.", error),
        PostgresErrorCodes.DiskFull => new DiskFullException(store, error),
        PostgresErrorCodes.ReadOnlySqlTransaction => new StoreReadOnlyException(store, error),
        PostgresErrorCodes.TooManyConnections
            => new StoreBusyException(store, "the server has no connection left. Raise its max_connections, or lower Synapse:Postgres:PoolSize.", error),
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable
            => new StoreBusyException(store, "others changed the same things at the same time, twice in a row. Try again.", error),
        PostgresErrorCodes.QueryCanceled => new StoreTimeoutException(store, error),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => new StoreCorruptException(store, error.MessageText, error),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn
            => new StoreCorruptException(store, $"{error.MessageText}", error),
        PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.InsufficientResources or PostgresErrorCodes.IoError
            => new StoreUnavailableException(store, $"{error.MessageText} (SQLSTATE {error.SqlState})", error),
        _ when IsBroken(error) => new StoreUnavailableException(store, error.MessageText, error),
        _ => null,
    };

    // What one of them says is told rather than that others are away.
    private static SynapseException NameOfServers(string store, NpgsqlException error)
        => (error.InnerException as AggregateException)?.InnerExceptions.OfType<PostgresException>().Select(said => NameState(store, said)).FirstOrDefault(static named => named is not (null or StoreUnavailableException))
            ?? new StoreUnavailableException(store, "of its servers, none can be reached that takes changes", error);

    // A pool without a free connection and a reply that does not come look alike but for their words.
    private static SynapseException NameTimeout(string store, NpgsqlException error)
        => error.Message.Contains("pool", StringComparison.OrdinalIgnoreCase)
            ? new StoreBusyException(store, "all connections of this server are in use. Raise Synapse:Postgres:PoolSize, or ask less at once.", error)
            : error.Message.Contains("connect", StringComparison.OrdinalIgnoreCase)
                ? new StoreUnavailableException(store, "the server does not answer within Synapse:Postgres:ConnectTimeout", error)
                : new StoreTimeoutException(store, error);

    private static string Reason(NpgsqlException error) => (error.InnerException as SocketException ?? error.InnerException?.InnerException as SocketException)?.SocketErrorCode.ToString() ?? "the connection broke";
}
