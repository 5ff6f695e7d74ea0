using System.Text.Json;
using Synapse.ModelGolden.Tests.TestSupport;

namespace Synapse.ModelGolden.Tests.Onnx;

/// <summary>One batch for the reference.</summary>
/// <param name="Texts">Texts that run together.</param>
/// <param name="Pooling">Names of the formulas in run-model.mjs.</param>
/// <param name="Normalize">Whether embeddings get unit length.</param>
/// <param name="Prefix">Text before each.</param>
/// <param name="SkipPrefix">Whether the tokens of the prefix are not pooled.</param>
/// <param name="LowerCase">Whether texts are lower-cased first.</param>
/// <param name="Query">The first text of each pair, for scores.</param>
internal sealed record ReferenceGroup(string[] Texts, string[] Pooling, bool Normalize = false, string Prefix = "", bool SkipPrefix = false, bool LowerCase = false, string Query = "");

/// <summary>Asks @huggingface/transformers for the numbers of the same model files.</summary>
internal static class TransformersReference
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task<float[][][]> AskAsync(string folder, string kind, IEnumerable<ReferenceGroup> groups, CancellationToken cancellationToken, string weights = "model")
        => JsonSerializer.Deserialize<float[][][]>(await Node.RunAsync("run-model.mjs", JsonSerializer.SerializeToUtf8Bytes(new { folder, kind, weights, groups }, Json), cancellationToken), Json)!;
}
