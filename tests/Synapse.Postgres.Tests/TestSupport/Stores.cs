using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Postgres.Ingestion;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests.TestSupport;

/// <summary>Opens stores as the process does: from what the operator writes.</summary>
internal static class Stores
{
    public static PostgresStore Open(
        PostgresDatabase database, PostgresOptions? options = null, IReadOnlyList<ICommitIndex>? further = null, TimeProvider? time = null)
        => Open(Address(database.Url), options, further, time);

    public static PostgresStore Open(DatabaseAddress address, PostgresOptions? options = null, IReadOnlyList<ICommitIndex>? further = null, TimeProvider? time = null)
        => PostgresStore.Open(
            address, options ?? new PostgresOptions { ConnectTimeout = TimeSpan.FromSeconds(30) }, further ?? [], time ?? TimeProvider.System, NullLogger<PostgresStore>.Instance);

    public static DatabaseAddress Address(string url)
    {
        var faults = new List<string>();
        var address = DatabaseAddress.Read(Settings(("DATABASE_URL", url)), faults);
        Assert.Empty(faults);
        return address!;
    }

    public static IConfiguration Settings(params (string Key, string? Value)[] settings)
        => new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();
}
