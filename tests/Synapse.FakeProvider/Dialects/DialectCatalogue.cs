namespace Synapse.Fakes.Dialects;

/// <summary>All dialects.</summary>
internal static class DialectCatalogue
{
    private static readonly Dialect[] All =
    [
        new OpenAiDialect(),
        new AzureLegacyDialect(),
        new AzureV1Dialect(),
        new LlamaCppDialect(),
        new VllmDialect(),
        new OllamaDialect(),
        new TeiDialect(),
        new LmStudioDialect(),
        new AnthropicDialect(),
        new EntraDialect(),
    ];

    public static IReadOnlyList<Dialect> Dialects => All;

    public static IReadOnlyList<string> Ids { get; } = [.. All.Select(dialect => dialect.Id)];

    /// <exception cref="ArgumentException">There is no such dialect.</exception>
    public static Dialect Get(string id)
        => Array.Find(All, dialect => dialect.Id == id)
        ?? throw new ArgumentException($"There is no dialect named '{id}'. Known: {string.Join(", ", Ids)}.", nameof(id));
}
