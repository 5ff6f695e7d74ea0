using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Postgres.Tests;

public sealed class RegistrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_store_stands_behind_all_ports()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        await using var provider = new ServiceCollection().AddLogging().UsePostgres(_ => Stores.Address(database.Url)).BuildServiceProvider();
        var library = provider.GetRequiredService<ILibraryStore>();
        Assert.Same(library, provider.GetRequiredService<IIngestionStore>());
        Assert.Same(library, provider.GetRequiredService<IJobStore>());
        Assert.Same(library, provider.GetRequiredService<ISwitchStore>());
        Assert.Same(library, provider.GetRequiredService<IEgressLedger>());
        Assert.Empty(await library.ListCollectionsAsync(AccessScope.Everything, Token));
    }

    [Fact]
    public async Task Settings_outside_of_their_range_are_refused()
    {
        var services = new ServiceCollection().AddLogging().UsePostgres(_ => Stores.Address("postgres://ann@127.0.0.1:1/x"));
        services.Configure<PostgresOptions>(options => options.PoolSize = 1);
        await using var provider = services.BuildServiceProvider();
        Assert.Contains("PoolSize", Assert.Throws<OptionsValidationException>(provider.GetRequiredService<ILibraryStore>).Message, StringComparison.Ordinal);
    }
}
