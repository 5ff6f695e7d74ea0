namespace Synapse.LocalModels.Onnx.Batching;

/// <summary>Runs a model over several inputs at once. One thread uses it at a time.</summary>
internal interface IBatchRunner : IDisposable
{
    /// <summary>Numbers that each input results in.</summary>
    int Width { get; }

    /// <summary>Runs the model.</summary>
    /// <param name="batch">The inputs.</param>
    /// <param name="results">Receives <see cref="Width"/> numbers for each input, in order.</param>
    /// <exception cref="Errors.ModelFailedException">The model cannot take these inputs.</exception>
    void Run(ReadOnlySpan<WaitingInput> batch, Span<float> results);
}
