namespace Synapse.LocalModels.Onnx.Batching;

/// <summary>How much runs at once, and how much may wait.</summary>
/// <param name="MaxBatchTokens">Tokens of a run, padding included; a single longer input is a run of its own.</param>
/// <param name="RunCostTokens">What a run costs by itself, in tokens: an input joins a run while that adds less padding.</param>
/// <param name="MaxWaitingTokens">Waiting tokens from which on new calls are refused.</param>
/// <param name="MaxWaitingInputs">Waiting inputs from which on new calls are refused.</param>
internal sealed record BatchLimits(int MaxBatchTokens, int RunCostTokens, int MaxWaitingTokens, int MaxWaitingInputs)
{
    /// <summary>Waiting tokens of one call above which it stops adding: one call does not fill the queue.</summary>
    public int MaxCallTokens => MaxWaitingTokens / 4;

    /// <summary>Waiting inputs of one call above which it stops adding.</summary>
    public int MaxCallInputs => Math.Max(1, MaxWaitingInputs / 4);
}
