namespace Synapse.Fakes.Scenarios;

/// <summary>All scenarios.</summary>
internal static class ScenarioCatalogue
{
    private static readonly Dictionary<string, Scenario> ById =
        new[] { NormalScenarios.All, StatusScenarios.All, TransportScenarios.All, ContentScenarios.All, EntraScenarios.All }
            .SelectMany(group => group)
            .ToDictionary(scenario => scenario.Id, StringComparer.Ordinal);

    /// <summary>Parameters that every scenario takes.</summary>
    public static IReadOnlyDictionary<string, string> CommonParameters { get; } = new Dictionary<string, string>
    {
        ["headers-ms"] = "0",
        ["first-token-ms"] = "0",
        ["token-ms"] = "0",
    };

    public static IReadOnlyCollection<Scenario> All => ById.Values;

    public static IEnumerable<string> Ids => ById.Keys;

    public static Scenario? Find(string id) => ById.GetValueOrDefault(id);
}
