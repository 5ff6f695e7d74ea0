using Synapse.Errors;
using Synapse.LocalModels.Onnx.Folders;

namespace Synapse.LocalModels.Onnx.Pooling;

/// <summary>Reads modes of pooling as sentence-transformers names them.</summary>
internal static class PoolingModes
{
    private const string Prefix = "pooling_mode_";

    private static readonly Dictionary<string, PoolingMode> ByName = new(StringComparer.Ordinal)
    {
        ["cls_token"] = PoolingMode.FirstToken,
        ["max_tokens"] = PoolingMode.Max,
        ["mean_tokens"] = PoolingMode.Mean,
        ["mean_sqrt_len_tokens"] = PoolingMode.MeanSqrtLength,
        ["weightedmean_tokens"] = PoolingMode.WeightedMean,
        ["lasttoken"] = PoolingMode.LastToken,
    };

    /// <summary>The modes that a configuration of pooling sets, in the order in which they are put together.</summary>
    /// <exception cref="ModelFormatException">It sets none, or one that is not known.</exception>
    public static PoolingMode[] Read(JsonSettings settings)
    {
        var modes = settings.Names.Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Where(name => settings.Flag(name) is true)
            .Select(name => ByName.TryGetValue(name[Prefix.Length..], out var mode) ? mode : throw new ModelFormatException(settings.File, $"the pooling '{name}' is not supported"))
            .Distinct().Order().ToArray();
        return modes.Length > 0 ? modes : throw new ModelFormatException(settings.File, "it sets no mode of pooling");
    }
}
