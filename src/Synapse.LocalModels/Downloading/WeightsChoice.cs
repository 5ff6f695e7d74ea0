using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Synapse.Errors;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Downloading;

/// <summary>Which weights of a hub are meant: a file by its name, or the usual file of a precision.</summary>
internal static class WeightsChoice
{
    private const string Folder = "onnx/";

    /// <summary>Finds weights.</summary>
    /// <param name="model">Name of the model, for errors.</param>
    /// <param name="paths">The files that the hub has.</param>
    /// <param name="choice"><c>fp32</c>, <c>fp16</c>, <c>int8</c>, or a file in <c>onnx</c> or at the root; null for the plain weights.</param>
    /// <returns>Path of the file.</returns>
    /// <exception cref="ModelNotOnHubException">The hub does not have them; the message names what it has.</exception>
    public static string Find(string model, IReadOnlyCollection<string> paths, string? choice)
    {
        string[] names = choice is null ? ["model.onnx"] : NamesOf(choice, RuntimeInformation.ProcessArchitecture, Avx512F.IsSupported) ?? [choice];
        return names.SelectMany(static name => (string[])[Folder + name, name]).FirstOrDefault(path => ModelFiles.IsWeights(path) && paths.Contains(path))
            ?? throw new ModelNotOnHubException(model, Missing(names, [.. paths.Where(ModelFiles.IsWeights).Order(StringComparer.Ordinal)]));
    }

    /// <summary>
    /// File names of a precision, the best first: those for any processor, as optimum and transformers.js call them, then those that sentence-transformers makes for one
    /// kind of processor. Null for what is no precision.
    /// </summary>
    public static string[]? NamesOf(string precision, Architecture processor, bool hasAvx512) => precision switch
    {
        "fp32" => ["model.onnx"],
        "fp16" => ["model_fp16.onnx"],
        "int8" => ["model_quantized.onnx", "model_int8.onnx", .. OfProcessor(processor, hasAvx512), "model_uint8.onnx"],
        _ => null,
    };

    private static string[] OfProcessor(Architecture processor, bool hasAvx512) => processor switch
    {
        Architecture.Arm64 => ["model_qint8_arm64.onnx"],
        Architecture.X64 when hasAvx512 => ["model_qint8_avx512_vnni.onnx", "model_qint8_avx512.onnx", "model_quint8_avx2.onnx"],
        Architecture.X64 => ["model_quint8_avx2.onnx"],
        _ => [],
    };

    private static string Missing(string[] names, string[] others)
        => $"It has no weights in ONNX of the name {string.Join(" or ", names)}, in its folder 'onnx' or outside. "
            + (others.Length > 0 ? $"The hub has {string.Join(", ", others)}; name one of them with --weights." : "Choose another model, or export it to ONNX and import the folder.");
}
