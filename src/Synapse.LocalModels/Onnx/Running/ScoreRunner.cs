using Synapse.LocalModels.Onnx.Batching;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>From pairs to scores.</summary>
/// <param name="graph">The graph.</param>
/// <param name="sigmoid">Whether scores are squeezed between 0 and 1.</param>
internal sealed class ScoreRunner(GraphRunner graph, bool sigmoid) : IBatchRunner
{
    public int Width => 1;

    public void Run(ReadOnlySpan<WaitingInput> batch, Span<float> results)
    {
        var length = 0;
        foreach (var input in batch)
        {
            length = Math.Max(length, input.Length);
        }

        graph.Run(batch, length).CopyTo(results);
        if (sigmoid)
        {
            foreach (ref var score in results)
            {
                score = 1 / (1 + MathF.Exp(-score));
            }
        }
    }

    public void Dispose() => graph.Dispose();
}
