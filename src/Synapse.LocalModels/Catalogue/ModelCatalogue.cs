namespace Synapse.LocalModels.Catalogue;

/// <summary>The models that are known by a short name. Every other model of a hub can be had by its id.</summary>
public static class ModelCatalogue
{
    private const string BgeInstruction = "Represent this sentence for searching relevant passages: ";
    private const long MB = 1_000_000;

    /// <summary>All, embedding models first, by size.</summary>
    public static IReadOnlyList<CatalogueModel> All { get; } =
    [
        new("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", ModelKind.Embedding, 384, 256, "apache-2.0", 90 * MB,
            "English; the smallest and fastest. Longer chunks are cut at 256 tokens."),
        new("bge-small-en-v1.5", "BAAI/bge-small-en-v1.5", ModelKind.Embedding, 384, 512, "mit", 133 * MB,
            "English; made for search, small.") { QueryPrefix = BgeInstruction },
        new("e5-small-v2", "intfloat/e5-small-v2", ModelKind.Embedding, 384, 512, "mit", 133 * MB,
            "English; made for search, small.") { QueryPrefix = "query: ", PassagePrefix = "passage: " },
        new("gte-small", "thenlper/gte-small", ModelKind.Embedding, 384, 512, "mit", 133 * MB,
            "English; small, without prefixes."),
        new("all-mpnet-base-v2", "sentence-transformers/all-mpnet-base-v2", ModelKind.Embedding, 768, 384, "apache-2.0", 436 * MB,
            "English; for comparing sentences and paragraphs."),
        new("bge-base-en-v1.5", "BAAI/bge-base-en-v1.5", ModelKind.Embedding, 768, 512, "mit", 436 * MB,
            "English; made for search, slower than the small ones.") { QueryPrefix = BgeInstruction },
        new("multilingual-e5-small", "intfloat/multilingual-e5-small", ModelKind.Embedding, 384, 512, "mit", 470 * MB,
            "About a hundred languages, and questions in another language than the documents.") { QueryPrefix = "query: ", PassagePrefix = "passage: " },
        new("nomic-embed-text-v1.5", "nomic-ai/nomic-embed-text-v1.5", ModelKind.Embedding, 768, 8_192, "apache-2.0", 548 * MB,
            "English; long texts.") { QueryPrefix = "search_query: ", PassagePrefix = "search_document: " },
        new("ms-marco-MiniLM-L-6-v2", "cross-encoder/ms-marco-MiniLM-L-6-v2", ModelKind.Reranker, null, 512, "apache-2.0", 91 * MB,
            "English; orders the best hits anew, small."),
        new("bge-reranker-base", "BAAI/bge-reranker-base", ModelKind.Reranker, null, 512, "mit", 1_112 * MB,
            "English and Chinese; orders the best hits anew, large and slow on a CPU."),
    ];

    /// <summary>Finds a model by its name or its id on the hub; letters' case does not matter.</summary>
    /// <param name="name">The name or id.</param>
    /// <returns>Null when it is not in the catalogue.</returns>
    public static CatalogueModel? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(model => model.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || model.HubId.Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}
