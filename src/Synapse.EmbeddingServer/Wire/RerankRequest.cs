using System.Text.Json;

namespace Synapse.EmbeddingServer.Wire;

/// <summary>Asks how well documents fit a query.</summary>
internal sealed record RerankRequest
{
    /// <summary>Name of the model; may be left out when one model reranks.</summary>
    public string? Model { get; init; }

    /// <summary>The query.</summary>
    public string? Query { get; init; }

    /// <summary>Texts, or objects with a <c>text</c>.</summary>
    public JsonElement Documents { get; init; }

    /// <summary>Most results; all when left out.</summary>
    public int? TopN { get; init; }

    /// <summary>Whether results repeat the documents.</summary>
    public bool? ReturnDocuments { get; init; }

    /// <summary>Whether scores are the model's own numbers rather than lie between 0 and 1.</summary>
    public bool? RawScores { get; init; }
}
