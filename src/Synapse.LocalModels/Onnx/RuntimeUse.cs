namespace Synapse.LocalModels.Onnx;

/// <summary>How much of the threads' time the runtime had.</summary>
/// <param name="Time">Time inside ONNX Runtime since the model was loaded, all threads together.</param>
/// <param name="Threads">Threads that run the model, each one run at a time.</param>
public readonly record struct RuntimeUse(TimeSpan Time, int Threads);
