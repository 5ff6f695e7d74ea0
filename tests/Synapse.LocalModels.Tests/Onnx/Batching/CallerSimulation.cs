using Synapse.LocalModels.Onnx.Batching;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Tests.Onnx.Batching;

/// <summary>Callers who each ask again as soon as they are answered, and threads that run what waits. A run takes as long as its tokens, padding included, and what a run costs by itself.</summary>
internal static class CallerSimulation
{
    private const double WarmUp = 5_000;
    private const double End = 200_000;

    /// <returns>How long each call took, in tokens, sorted.</returns>
    public static List<double> Run(BatchLimits limits, int threads, int callers, Func<Random, int> length)
    {
        var (waiting, random, times, now, sequence) = (new WaitingInputs(limits, threads), new Random(1), new List<double>(), 0.0, 0);
        var events = new PriorityQueue<Action, (double, int)>();
        var began = new Dictionary<WaitingInput, double>();
        var idle = new Stack<int>(Enumerable.Range(0, threads));

        void At(double time, Action happens) => events.Enqueue(
            () =>
            {
                now = time;
                happens();
            },
            (time, sequence++));

        void Ask()
        {
            var input = Input(new BatchCall(1, 0, default), length(random));
            began.Add(input, now);
            waiting.Add(input);
            Work();
        }

        void Work()
        {
            while (idle.Count > 0 && waiting.Count > 0)
            {
                idle.Pop();
                var batch = new List<WaitingInput>();
                waiting.Take(batch);
                At(now + limits.RunCostTokens + batch.Max(static input => input.Length) * batch.Count, () => Finish(batch));
            }
        }

        void Finish(List<WaitingInput> batch)
        {
            foreach (var input in batch)
            {
                began.Remove(input, out var start);
                if (now > WarmUp)
                {
                    times.Add(now - start);
                }

                At(now + 1 + random.NextDouble(), Ask);
            }

            idle.Push(0);
            Work();
        }

        for (var caller = 0; caller < callers; caller++)
        {
            At(caller, Ask);
        }

        while (now < End && events.TryDequeue(out var happens, out _))
        {
            happens();
        }

        times.Sort();
        return times;
    }

    public static WaitingInput Input(BatchCall call, int length) => new(call, 0, new TokenizedText(new int[length], new int[length], false), 0);
}
