using Npgsql;
using NpgsqlTypes;
using Synapse.Library;

namespace Synapse.Postgres.Connections;

/// <summary>Statements with positional parameters, and the reading of their rows.</summary>
internal static class Commands
{
    /// <summary>Makes a statement; its parameters are $1, $2, ...</summary>
    /// <remarks>A parameter that may be null is cast where it stands, so that the server knows its type: <c>$1::bigint</c>.</remarks>
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddAll(values);
        return command;
    }

    /// <summary>Adds a statement to a batch, which goes to the server in one round trip.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddAll(values);
        batch.BatchCommands.Add(command);
    }

    /// <summary>Runs a statement.</summary>
    /// <returns>Rows that it changed.</returns>
    public static async Task<int> ExecuteAsync(this NpgsqlConnection connection, string sql, object?[] values, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads all rows of a query.</summary>
    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlConnection connection, string sql, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Reads the first row of a query, or null.</summary>
    public static async Task<T?> FindAsync<T>(
        this NpgsqlConnection connection, string sql, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? read(reader) : default;
    }

    /// <summary>Condition on a collection id: those that a scope covers.</summary>
    /// <param name="column">The column that holds the collection's id.</param>
    /// <param name="parameter">The parameter that holds <see cref="Ids(AccessScope)"/>, such as <c>$1</c>.</param>
    public static string Within(string column, string parameter) => $"({parameter}::bigint[] IS NULL OR {column} = ANY({parameter}::bigint[]))";

    /// <summary>A scope as a parameter: null for everything.</summary>
    public static long[]? Ids(AccessScope scope) => scope.IsEverything ? null : [.. scope.CollectionIds];

    /// <summary>A text as PostgreSQL can hold it: without the character 0, and without halves of pairs.</summary>
    public static string Storable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) && i++ >= 0)))
            {
                return string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
            }
        }

        return text;
    }

    /// <summary>Reads a text that may be null.</summary>
    public static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>Reads a time that is stored as ticks of UTC: exact, where a timestamp of the server keeps microseconds.</summary>
    public static DateTimeOffset Ticks(this NpgsqlDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    private static void AddAll(this NpgsqlParameterCollection parameters, ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
        {
            parameters.Add(value switch
            {
                null => new NpgsqlParameter { Value = DBNull.Value },
                long number => new NpgsqlParameter<long> { TypedValue = number },
                int number => new NpgsqlParameter<int> { TypedValue = number },
                // A number of an enumeration is stored as a small one.
                Enum constant => new NpgsqlParameter { Value = Convert.ToInt16(constant, null), NpgsqlDbType = NpgsqlDbType.Smallint },
                string text => new NpgsqlParameter<string> { TypedValue = text },
                _ => new NpgsqlParameter { Value = value },
            });
        }
    }
}
