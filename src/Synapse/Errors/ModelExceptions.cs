namespace Synapse.Errors;

/// <summary>A file of a local model is damaged, or of a kind that is not known.</summary>
/// <param name="path">The file.</param>
/// <param name="reason">What is wrong with it, as a part of a sentence.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class ModelFormatException(string path, string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "model_invalid", "Model not usable",
        $"The model file '{path}' cannot be used: {reason}. Fetch the model's folder again, or choose another model.", innerException)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; } = reason;
}
