using System.Diagnostics;
using System.Text.Json;

namespace Synapse.Bench;

/// <summary>@huggingface/transformers over the same files and texts, as a process of its own.</summary>
internal static class TransformersJs
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Embeds the texts, once for each way of batching that <c>models.mjs</c> knows.</summary>
    /// <returns>Nothing when it is not installed.</returns>
    public static async Task<List<ModelSpeed>> MeasureAsync(string path, string weights, string[] texts, CancellationToken cancellationToken)
    {
        var prefix = Environment.GetEnvironmentVariable("SYNAPSE_TRANSFORMERS_PREFIX") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "synapse-transformers");
        var modules = Path.Combine(prefix, "node_modules");
        if (!Directory.Exists(modules))
        {
            await Console.Error.WriteLineAsync("transformers.js is not installed (eng/setup/transformers.sh): nothing to compare with");
            return [];
        }

        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "models.mjs"), modules, path, weights]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await JsonSerializer.SerializeAsync(node.StandardInput.BaseStream, texts, Json, cancellationToken);
        node.StandardInput.Close();
        var speeds = new List<ModelSpeed>();
        while (await node.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            speeds.Add(JsonSerializer.Deserialize<ModelSpeed>(line, Json)!);
        }

        await node.WaitForExitAsync(cancellationToken);
        return speeds;
    }
}
