using System.Diagnostics;

namespace Synapse.Bench;

/// <summary>Clients that ask an embedding server for one text at a time, each over a connection of its own.</summary>
internal sealed class SingleInputLoad(string address, string model, string[] queries)
{
    private const int Seed = 29;

    /// <summary>Each client asks again as soon as it has its answer.</summary>
    public Task<LoadResult> ClosedLoopAsync(int clients, int requests, CancellationToken cancellationToken)
        => RunAsync(clients, _ => Enumerable.Repeat(TimeSpan.Zero, requests / clients), isPlanned: false, cancellationToken);

    /// <summary>Each client asks at moments of its own that were planned before (a Poisson process). Time counts from the plan: who still waits for the answer before is late, and that is part of it.</summary>
    /// <param name="clients">How many.</param>
    /// <param name="perSecond">Requests of all together.</param>
    /// <param name="duration">How long requests are planned for.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<LoadResult> OpenLoopAsync(int clients, double perSecond, TimeSpan duration, CancellationToken cancellationToken)
        => RunAsync(clients, client => Moments(new Random(Seed + client), perSecond / clients, duration), isPlanned: true, cancellationToken);

    private static IEnumerable<TimeSpan> Moments(Random random, double perSecond, TimeSpan duration)
    {
        for (var at = Pause(); at < duration; at += Pause())
        {
            yield return at;
        }

        TimeSpan Pause() => TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond);
    }

    private async Task<LoadResult> RunAsync(int clients, Func<int, IEnumerable<TimeSpan>> moments, bool isPlanned, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => AskAsync(client, [.. moments(client)], isPlanned, clock, cancellationToken), cancellationToken)));
        return new LoadResult([.. all.SelectMany(static one => one.Times)], isPlanned ? [.. all.SelectMany(static one => one.Late)] : null, all.Sum(static one => one.Errors), clock.Elapsed);
    }

    private async Task<(List<double> Times, List<double> Late, int Errors)> AskAsync(int number, TimeSpan[] moments, bool isPlanned, Stopwatch clock, CancellationToken cancellationToken)
    {
        using var client = new BareClient(address);
        var (times, late, errors) = (new List<double>(), new List<double>(), 0);
        for (var i = 0; i < moments.Length; i++)
        {
            if (isPlanned && moments[i] > clock.Elapsed)
            {
                await Task.Delay(moments[i] - clock.Elapsed is { Ticks: > 0 } pause ? pause : TimeSpan.Zero, cancellationToken);
            }

            var sent = clock.Elapsed;
            var planned = isPlanned ? moments[i] : sent;
            try
            {
                await client.EmbedAsync(model, [queries[((number * 31) + i) % queries.Length]], base64: true, cancellationToken);
                times.Add((clock.Elapsed - planned).TotalMicroseconds);
                late.Add((sent - planned).TotalMicroseconds);
            }
            catch (HttpRequestException)
            {
                errors++;
            }
        }

        return (times, late, errors);
    }
}
