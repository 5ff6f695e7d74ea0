using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>A model that is loaded.</summary>
/// <param name="name">What clients call it.</param>
internal abstract class ServedModel(string name) : IAsyncDisposable
{
    /// <summary>What clients call it.</summary>
    public string Name { get; } = name;

    /// <summary>What it does.</summary>
    public abstract ModelKind Kind { get; }

    /// <summary>Most tokens of an input; longer ones are cut.</summary>
    public abstract int MaxTokens { get; }

    /// <summary>Bytes of its weights.</summary>
    public abstract long ParameterBytes { get; }

    /// <summary>SHA-256 of its weights in hexadecimal.</summary>
    public abstract string WeightsSha256 { get; }

    /// <summary>What waits for it.</summary>
    public abstract QueueLength Waiting { get; }

    /// <summary>Whether it runs on a CUDA device.</summary>
    public abstract bool RunsOnCuda { get; }

    /// <summary>Time inside ONNX Runtime so far, and the threads that share it.</summary>
    public abstract RuntimeUse RuntimeUse { get; }

    /// <summary>When it was loaded.</summary>
    public required DateTimeOffset LoadedAt { get; init; }

    public abstract ValueTask DisposeAsync();
}
