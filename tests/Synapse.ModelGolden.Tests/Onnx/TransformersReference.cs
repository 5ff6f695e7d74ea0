using System.Diagnostics;
using System.Text.Json;

namespace Synapse.ModelGolden.Tests.Onnx;

/// <summary>One batch for the reference.</summary>
/// <param name="Texts">Texts that run together.</param>
/// <param name="Pooling">Names of the formulas in reference.mjs.</param>
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
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Onnx", "reference.mjs"), NodeModules.Find()]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var node = Process.Start(start)!;
        try
        {
            var errors = node.StandardError.ReadToEndAsync(cancellationToken);
            var reply = node.StandardOutput.ReadToEndAsync(cancellationToken);
            await JsonSerializer.SerializeAsync(node.StandardInput.BaseStream, new { folder, kind, weights, groups }, Json, cancellationToken);
            node.StandardInput.Close();
            await node.WaitForExitAsync(cancellationToken);
            Assert.True(node.ExitCode == 0, await errors);
            return JsonSerializer.Deserialize<float[][][]>(await reply, Json)!;
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }
    }
}
