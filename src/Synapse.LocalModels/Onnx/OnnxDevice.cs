namespace Synapse.LocalModels.Onnx;

/// <summary>What a model runs on.</summary>
public enum OnnxDevice
{
    /// <summary>A CUDA device if the installed runtime has one to offer, else the processor.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A CUDA device; an error if there is none.</summary>
    Cuda,
}
