using System.Diagnostics;
using Synapse.StoreCopying.Tests.TestSupport;

namespace Synapse.StoreCopying.Tests;

public sealed class KillTests
{
    private const int Kills = 8;

    // Some ten portions, each a commit.
    private const int Documents = 3_000;

    [Theory]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite)]
    public async Task A_copy_that_was_killed_at_any_moment_is_completed_by_the_next_run(StoreKind from, StoreKind to)
    {
        await using var original = await StorePlace.MakeAsync(from);
        await using var copy = await StorePlace.MakeAsync(to);
        await using var undisturbed = await StorePlace.MakeAsync(to);
        await Household.FillAsync(original, Documents);
        var usual = Stopwatch.StartNew();
        Assert.Equal(0, await RunAsync(original, undisturbed));
        usual.Stop();

        var random = new Random(20_261_128);
        for (var killed = 0; killed < Kills; killed++)
        {
            using var process = CopyProcess.Start(undisturbed.Folder, null, "--from", original.Url, "--to", copy.Url);
            // At the first commit, or at any moment.
            await (killed % 2 == 0 ? process.HasBegun : Task.WhenAny(process.HasEnded, Task.Delay(usual.Elapsed * random.NextDouble(), TestContext.Current.CancellationToken)));
            process.Kill();
            if ((await process.CompleteAsync()).ExitCode == 0)
            {
                // It was faster, and the copy is complete.
                break;
            }
        }

        using (var last = CopyProcess.Start(undisturbed.Folder, null, "--from", original.Url, "--to", copy.Url, "--json"))
        {
            var (exitCode, json) = await last.CompleteJsonAsync();
            Assert.True(exitCode == 0 ? json.GetProperty("resumed").GetBoolean() : json.GetProperty("error").GetProperty("code").GetString() == "copy_refused", json.ToString());
        }

        using var expected = undisturbed.Open();
        using var actual = copy.Open();
        var (left, right) = (await Findings.OfAsync(expected), await Findings.OfAsync(actual));
        Assert.InRange(left.Keywords.Count, 10_000, int.MaxValue);
        Assert.Equal(left.Catalogue, right.Catalogue);
        Assert.Equal(left.Keywords, right.Keywords);
        Assert.Equal(left.Vectors.OrderBy(found => found.Key, StringComparer.Ordinal), right.Vectors.OrderBy(found => found.Key, StringComparer.Ordinal));
    }

    private static async Task<int> RunAsync(StorePlace from, StorePlace to)
    {
        using var process = CopyProcess.Start(to.Folder, null, "--from", from.Url, "--to", to.Url);
        var (exitCode, _, errors) = await process.CompleteAsync();
        Assert.True(exitCode == 0, errors);
        return exitCode;
    }
}
