using Synapse.LocalModels.Onnx.Batching;

namespace Synapse.LocalModels.Tests.Onnx.Batching;

/// <summary>How long callers wait, in the time of <see cref="CallerSimulation"/>: no clock, the same numbers on every machine.</summary>
public sealed class WaitingTimeTests
{
    // As on a processor: LoadedModel.
    private static readonly BatchLimits Limits = new(MaxBatchTokens: 512, RunCostTokens: 16, MaxWaitingTokens: 262_144, MaxWaitingInputs: 4_096);

    [Fact]
    public void Sixty_four_callers_who_ask_alike_wait_about_equally_long()
    {
        var times = CallerSimulation.Run(Limits, threads: 2, callers: 64, static _ => 14);

        // Four runs of 16 or so inputs, of which two run at the same time, cost (64 x 14 + 4 x 16) / 2 = 480 tokens until one comes round again.
        Assert.InRange(Percentile(times, 0.5), 400, 600);
        Assert.True(Percentile(times, 0.95) <= 1.1 * Percentile(times, 0.5), $"p50 {Percentile(times, 0.5):F0}, p95 {Percentile(times, 0.95):F0}");
    }

    [Fact]
    public void Shorter_questions_do_not_wait_much_longer_among_those_of_one_length()
    {
        var times = CallerSimulation.Run(Limits, threads: 2, callers: 64, static random => random.Next(100) < 18 ? random.Next(6, 14) : 14);

        Assert.True(Percentile(times, 0.95) <= 1.2 * Percentile(times, 0.5), $"p50 {Percentile(times, 0.5):F0}, p95 {Percentile(times, 0.95):F0}");
    }

    [Fact]
    public void Long_mixed_texts_fill_whole_runs_with_little_padding()
    {
        var waiting = new WaitingInputs(Limits, threads: 2);
        var random = new Random(1);
        var call = new BatchCall(300, 0, default);
        for (var i = 0; i < 300; i++)
        {
            waiting.Add(CallerSimulation.Input(call, 6 + (int)(290 * Math.Pow(random.NextDouble(), 2))));
        }

        var (tokens, cost) = (0L, 0L);
        var batch = new List<WaitingInput>();
        for (waiting.Take(batch); batch.Count > 0; waiting.Take(batch))
        {
            tokens += batch.Sum(static input => input.Length);
            cost += (long)batch.Max(static input => input.Length) * batch.Count + Limits.RunCostTokens;
        }

        Assert.True(tokens >= 0.92 * cost, $"{tokens} tokens cost as much as {cost}.");
    }

    private static double Percentile(List<double> sorted, double share) => sorted[(int)(sorted.Count * share)];
}
