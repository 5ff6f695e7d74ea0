namespace Synapse.LocalModels.Onnx;

/// <summary>What waits in the queue of a model; what runs is not counted.</summary>
/// <param name="Inputs">Texts, or pairs of texts.</param>
/// <param name="Tokens">Their tokens.</param>
public readonly record struct QueueLength(int Inputs, long Tokens);
