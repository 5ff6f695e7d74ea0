using System.Collections.Frozen;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Where most of what was found is code, texts about it stand behind it, unless the query asks for them.</summary>
internal sealed class DocumentationPenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Documentation, weights.Documentation)
{
    private const double ShareOfCode = 0.6;

    private static readonly FrozenSet<string> s_extensions = FrozenSet.ToFrozenSet(
        [".md", ".mdx", ".markdown", ".rst", ".txt", ".adoc", ".html", ".json", ".yaml", ".yml", ".toml", ".xml", ".cfg", ".ini", ".csv", ".svg"]);

    /// <inheritdoc/>
    public override string Name => "documentationPenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file) => s_extensions.Contains(Path.GetExtension(file.Name));

    /// <inheritdoc/>
    public override void Apply(RankingContext context)
    {
        var code = 0;
        foreach (var candidate in context.Candidates)
        {
            code += candidate.Stored.Chunk.Kind == ChunkKind.Code ? 1 : 0;
        }

        if (code >= ShareOfCode * context.Candidates.Count)
        {
            base.Apply(context);
        }
    }
}
