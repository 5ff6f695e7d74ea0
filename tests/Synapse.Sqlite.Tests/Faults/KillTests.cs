using System.Diagnostics;
using System.Globalization;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Sqlite.CrashWriter;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.Storage;

namespace Synapse.Sqlite.Tests.Faults;

/// <summary>Kills a process that writes and merges, again and again, and looks at what it left. SYNAPSE_STORE_KILLS sets how often.</summary>
public sealed class KillTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_writer_leaves_exactly_the_rounds_that_were_committed()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("SYNAPSE_STORE_KILLS") ?? "6", CultureInfo.InvariantCulture);
        var random = new Random(7);
        var told = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            told = await WriteUntilKilledAsync(told, random);
            told = await CheckAsync(told);
            _folder.Close();
        }
    }

    private async Task<int> WriteUntilKilledAsync(int told, Random random)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Synapse.Sqlite.CrashWriter.dll"));
        start.ArgumentList.Add(_folder.Path);
        using var writer = Process.Start(start)!;
        try
        {
            for (var rounds = random.Next(1, 60); rounds > 0; rounds--)
            {
                told = int.Parse((await writer.StandardOutput.ReadLineAsync(Token))!, CultureInfo.InvariantCulture);
            }

            // Somewhere in the middle of the next round, or of a merge.
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed.TotalMilliseconds < random.NextDouble() * 4)
            {
                Thread.SpinWait(20);
            }
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync(CancellationToken.None);
        }

        while (await writer.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            told = int.Parse(line, CultureInfo.InvariantCulture);
        }

        return told;
    }

    /// <summary>Compares the store with the state after its last round.</summary>
    /// <returns>That round.</returns>
    private async Task<int> CheckAsync(int told)
    {
        var collection = (await _folder.Store.FindCollectionAsync(AccessScope.Everything, Rounds.Collection, Token))!;
        var documents = await _folder.Store.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 1_000, Token);
        var marker = documents.Single(document => document.Path == Rounds.RoundPath);
        var round = int.Parse((await _folder.Store.ReadTextAsync(AccessScope.Everything, marker.Id, Token))!["round r".Length..], CultureInfo.InvariantCulture);
        Assert.InRange(round, told, told + 1);

        var expected = Rounds.StateAfter(round);
        Assert.Equal(expected.Select(each => (each.Key, Rounds.Hash(each.Value))), documents.Select(document => (document.Path, document.ContentHash)));
        await using var snapshot = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var lines = expected.Values.SelectMany(text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(lines.Length, snapshot.ChunkCount);
        foreach (var word in (string[])["w1", "w7", "w29", $"r{round}"])
        {
            var containing = lines.Where(line => line.Split(' ').Contains(word)).Order(StringComparer.Ordinal).ToArray();
            Assert.Equal([containing.Length], await snapshot.GetDocumentFrequenciesAsync([word], Token));
            var found = await snapshot.FindByKeywordsAsync([new QueryTerm(word)], 10_000, Token);
            var texts = await snapshot.ReadTextsAsync([.. found.Select(chunk => chunk.Key)], Token);
            Assert.Equal(containing, texts.Select(text => text!.TrimEnd('\n')).Order(StringComparer.Ordinal));
        }

        var query = QueryEmbeddings.Of(Rounds.Space, Enumerable.Repeat(0.1f, Rounds.Space.Dimensions).ToArray());
        Assert.Equal(lines.Length, (await snapshot.FindByEmbeddingAsync(query, 10_000, Token)).Count);
        return round;
    }
}
