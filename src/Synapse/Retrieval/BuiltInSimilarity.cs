using System.Numerics.Tensors;
using Synapse.Embedding;

namespace Synapse.Retrieval;

/// <summary>Compares the first hits with the query by the built-in embedder, where another model embedded them.</summary>
internal static class BuiltInSimilarity
{
    /// <summary>Hits that evidence looks at.</summary>
    public const int Hits = 3;

    /// <summary>Fills in <see cref="Hit.BuiltInSimilarity"/> of the first hits that are not of the built-in embedder's space.</summary>
    public static async ValueTask AddAsync(IEmbedder builtIn, string query, List<Hit> hits, CancellationToken cancellationToken)
    {
        var space = await builtIn.GetSpaceAsync(cancellationToken);
        var fingerprint = space.Fingerprint;
        float[]? asked = null;
        for (var i = 0; i < Math.Min(Hits, hits.Count); i++)
        {
            if (hits[i].Chunk.SpaceFingerprint == fingerprint)
            {
                continue;
            }

            asked ??= await builtIn.EmbedQueryAsync(query, cancellationToken);
            var passage = new float[space.Dimensions];
            await builtIn.EmbedPassagesAsync([hits[i].Text.AsMemory()], passage, cancellationToken);
            hits[i] = hits[i] with { BuiltInSimilarity = TensorPrimitives.Dot(asked, passage) };
        }
    }
}
