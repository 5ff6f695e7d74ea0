namespace Synapse.LocalModels.Onnx;

/// <summary>What becomes of the number that a cross-encoder gives.</summary>
public enum ScoreActivation
{
    /// <summary>What the model's configuration says; the sigmoid where it says nothing, as sentence-transformers does.</summary>
    Model,

    /// <summary>It stays as it is.</summary>
    Logit,

    /// <summary>1 / (1 + e^-x): from 0 to 1.</summary>
    Sigmoid,
}
