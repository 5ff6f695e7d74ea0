using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Onnx.Batching;

/// <summary>One tokenised text that waits for its run.</summary>
/// <param name="call">The call that it belongs to.</param>
/// <param name="index">Its place in the call.</param>
/// <param name="text">Its tokens.</param>
/// <param name="skipped">Leading tokens that are not pooled.</param>
internal sealed class WaitingInput(BatchCall call, int index, TokenizedText text, int skipped)
{
    public BatchCall Call => call;

    public int Index => index;

    public TokenizedText Text => text;

    public int Skipped => skipped;

    /// <summary>Tokens.</summary>
    public int Length => text.Ids.Length;

    /// <summary>When it is its turn, in the time of <see cref="WaitingInputs"/>.</summary>
    public double Turn { get; set; }

    /// <summary>Orders inputs of the same turn.</summary>
    public long Sequence { get; set; }

    /// <summary>Its place among the inputs of its length; null when it does not wait any more.</summary>
    public LinkedListNode<WaitingInput>? Place { get; set; }
}
