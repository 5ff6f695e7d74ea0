using System.Globalization;
using Synapse.PostgresServers;

namespace Synapse.Bench;

/// <summary>Reads how much processor time a PostgreSQL server has used, all its processes together, those that ended included. Linux only.</summary>
/// <param name="postmaster">Id of the process that started the others.</param>
internal sealed class DatabaseProcessors(int postmaster)
{
    // Fields of /proc/PID/stat behind the name, from 0; times in hundredths of a second.
    private const int Parent = 1;
    private const int User = 11;
    private const int OfEndedChildren = 14;

    /// <summary>Finds the server of a database.</summary>
    public static async Task<DatabaseProcessors> OfAsync(PostgresDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        return new DatabaseProcessors((int)Fields(connection.ProcessID)![Parent]);
    }

    /// <summary>What was used up to now.</summary>
    public TimeSpan Read()
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(static folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? (Id: id, Fields: Fields(id)) : default)
            .Where(one => one.Fields is not null && (one.Id == postmaster || one.Fields[Parent] == postmaster))
            .Sum(one => one.Fields![User] + one.Fields[User + 1] + (one.Id == postmaster ? one.Fields[OfEndedChildren - 1] + one.Fields[OfEndedChildren] : 0));
        return TimeSpan.FromMilliseconds(10 * all);
    }

    private static long[]? Fields(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return [.. text[(text.LastIndexOf(')') + 2)..].Split(' ').Take(OfEndedChildren + 1).Select(static field => long.TryParse(field, CultureInfo.InvariantCulture, out var number) ? number : 0)];
        }
        catch (IOException)
        {
            // It has just ended.
            return null;
        }
    }
}
