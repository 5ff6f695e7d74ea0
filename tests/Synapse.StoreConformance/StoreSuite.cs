using System.Reflection;

namespace Synapse.StoreConformance;

/// <summary>Tests that every store must pass. Each store's test project derives a class from each suite.</summary>
/// <param name="harness">The store.</param>
public abstract class StoreSuite(StoreHarness harness) : IAsyncLifetime
{
    /// <summary>The store.</summary>
    protected StoreHarness Harness => harness;

    /// <summary>Stops the test.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>All suites.</summary>
    public static IReadOnlyList<Type> All { get; } =
        [.. typeof(StoreSuite).Assembly.GetTypes().Where(type => type.IsAbstract && type.IsSubclassOf(typeof(StoreSuite)))];

    /// <summary>Names of the suites that an assembly of tests derives no class from.</summary>
    public static IEnumerable<string> MissingFrom(Assembly tests)
        => All.Where(suite => !tests.GetTypes().Any(type => !type.IsAbstract && type.IsSubclassOf(suite))).Select(suite => suite.Name).Order(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => harness.PrepareAsync(Token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
