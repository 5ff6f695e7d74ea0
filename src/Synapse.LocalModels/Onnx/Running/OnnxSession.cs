using Microsoft.ML.OnnxRuntime;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>A loaded graph. Runs of several threads at once share its weights.</summary>
internal sealed class OnnxSession(InferenceSession session, string name, string file) : IDisposable
{
    /// <summary>Name of the model.</summary>
    public string Name => name;

    /// <summary>Name of the file, for errors.</summary>
    public string File => file;

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => session.OutputMetadata;

    public void Run(RunOptions options, IReadOnlyCollection<string> inputs, IReadOnlyCollection<OrtValue> inputValues, IReadOnlyCollection<string> outputs, IReadOnlyCollection<OrtValue> outputValues)
        => session.Run(options, inputs, inputValues, outputs, outputValues);

    public void Dispose() => session.Dispose();
}
