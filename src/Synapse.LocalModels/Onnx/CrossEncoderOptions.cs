namespace Synapse.LocalModels.Onnx;

/// <summary>How a cross-encoder is loaded and served.</summary>
public sealed record CrossEncoderOptions : OnnxModelOptions
{
    /// <summary>What becomes of the number that the model gives.</summary>
    public ScoreActivation Activation { get; init; } = ScoreActivation.Model;
}
