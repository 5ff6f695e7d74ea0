using System.ComponentModel.DataAnnotations;

namespace Synapse.LocalModels.Onnx;

/// <summary>How a model in ONNX is loaded and served.</summary>
public abstract record OnnxModelOptions
{
    private protected OnnxModelOptions()
    {
    }

    /// <summary>What the model is called; null takes the name of its folder.</summary>
    public string? Name { get; init; }

    /// <summary>File name of the weights, in the folder or its <c>onnx</c> folder, such as <c>model_quantized.onnx</c>; null takes those of the lock, <c>model.onnx</c>, or the only ones.</summary>
    public string? Weights { get; init; }

    /// <summary>What it runs on.</summary>
    public OnnxDevice Device { get; init; } = OnnxDevice.Auto;

    /// <summary>Processor threads; 0 takes as many as this machine has processors.</summary>
    [Range(0, 1_024)]
    public int Threads { get; init; }

    /// <summary>Longest input in tokens; what is longer is cut. Null takes what the model reads, which is the limit in any case.</summary>
    [Range(8, 1_048_576)]
    public int? MaxTokens { get; init; }

    /// <summary>Tokens of one run, padding included; null takes what suits the device. A single longer input is a run of its own.</summary>
    [Range(1, 1_048_576)]
    public int? MaxBatchTokens { get; init; }

    /// <summary>Tokens of all texts of one call, prefixes and special tokens included, above which it is refused before anything is queued; null takes any number.</summary>
    /// <remarks>Such a call is tokenised as a whole before its first text runs, and its tokens are held for so long.</remarks>
    [Range(1, 100_000_000)]
    public int? MaxCallTokens { get; init; }

    /// <summary>Waiting tokens from which on new calls are refused.</summary>
    [Range(1, 100_000_000)]
    public int MaxWaitingTokens { get; init; } = 262_144;

    /// <summary>Waiting inputs from which on new calls are refused.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaitingInputs { get; init; } = 4_096;
}
