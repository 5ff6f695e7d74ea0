using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>A loaded graph. Runs of several threads at once share its weights.</summary>
internal sealed class OnnxSession(InferenceSession session, string name, string file) : IDisposable
{
    private long _ticks;

    /// <summary>Name of the model.</summary>
    public string Name => name;

    /// <summary>Name of the file, for errors.</summary>
    public string File => file;

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => session.OutputMetadata;

    /// <summary>Time inside ONNX Runtime, all threads together.</summary>
    public TimeSpan RunTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _ticks));

    public void Run(RunOptions options, IReadOnlyCollection<string> inputs, IReadOnlyCollection<OrtValue> inputValues, IReadOnlyCollection<string> outputs, IReadOnlyCollection<OrtValue> outputValues)
    {
        var start = Stopwatch.GetTimestamp();
        session.Run(options, inputs, inputValues, outputs, outputValues);
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - start);
    }

    public void Dispose() => session.Dispose();
}
