using System.Diagnostics;
using System.Globalization;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests.Ingestion;

/// <summary>Several servers that work off one line of jobs, and the loss of one of them.</summary>
public sealed class SharedJobsTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("synapse-servers-").FullName;
    private readonly CountingEmbedder _embedder = new();
    private PostgresDatabase? _database;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresDatabase Database => _database ?? throw new InvalidOperationException("InitializeAsync comes first.");

    public async ValueTask InitializeAsync() => _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Several_folders_that_two_servers_are_asked_for_at_once_are_indexed_once_each()
    {
        const int Folders = 6;
        const int Files = 15;
        foreach (var folder in Enumerable.Range(0, Folders))
        {
            Write($"folder{folder}", Files);
        }

        await using var one = new IngestionServer(Database, _embedder);
        await using var two = new IngestionServer(Database, _embedder);
        one.Start();
        two.Start();
        var asked = await Task.WhenAll(Enumerable.Range(0, Folders).SelectMany(folder => (IngestionServer[])[one, two], (folder, server) => AddAsync(server, $"folder{folder}")));
        foreach (var acquisition in asked)
        {
            // Each asks the server that it did not ask before, too.
            Assert.Equal(IngestionJobState.Completed, (await one.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, Token)).State);
            Assert.Equal(IngestionJobState.Completed, (await two.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, Token)).State);
        }

        Assert.Equal(Folders, asked.Select(acquisition => acquisition.Source.Id).Distinct().Count());
        var summaries = await one.Store.ListCollectionsAsync(AccessScope.Everything, Token);
        Assert.Equal(Folders, summaries.Count);
        Assert.All(summaries, summary => Assert.Equal((Files, (long)Files), ((int)summary.DocumentCount, summary.ChunkCount)));
        Assert.Equal(Folders * Files, _embedder.Counts.Count);
        Assert.All(_embedder.Counts, text => Assert.Equal(1, text.Value));
        Assert.All(await one.Store.ListJobsAsync(AccessScope.Everything, null, unfinishedOnly: false, 100, Token), job => Assert.Equal((IngestionJobState.Completed, 1), (job.State, job.Attempts)));
    }

    [Fact]
    public async Task A_change_that_two_servers_see_is_embedded_once()
    {
        Write("docs", 3);
        await using var one = new IngestionServer(Database, _embedder);
        await using var two = new IngestionServer(Database, _embedder);
        one.Start();
        two.Start();
        var acquisition = await AddAsync(one, "docs");
        await one.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, Token);
        one.Watcher.Add(acquisition.Source);
        two.Watcher.Add(acquisition.Source);

        await File.WriteAllTextAsync(Path.Combine(_root, "docs", "new.txt"), "something that is new", Token);
        while (_embedder.Counts.Count < 4 || (await one.Store.ListJobsAsync(AccessScope.Everything, null, unfinishedOnly: true, 10, Token)).Count > 0)
        {
            await Task.Yield();
        }

        // Whatever the slower of the two still reports is asked for before this.
        var last = await two.Queue.EnqueueAsync(acquisition.Source.Id, Token);
        await one.Queue.WaitAsync(AccessScope.Everything, last.Id, Token);
        Assert.All(_embedder.Counts, text => Assert.Equal(1, text.Value));
        Assert.Equal(4, (await one.Store.ListDocumentStatesAsync(acquisition.Source.Id, Token)).Count);
    }

    [Fact]
    public async Task A_job_is_paused_followed_and_resumed_from_the_server_that_does_not_work_on_it()
    {
        Write("docs", 200);
        using var isAtWork = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        _embedder.Embedding = _ =>
        {
            if (_embedder.Counts.Count == 100)
            {
                isAtWork.Set();
                goOn.Wait(Token);
            }
        };
        await using var worker = new IngestionServer(Database, _embedder);
        await using var other = new IngestionServer(Database, _embedder);
        var acquisition = await AddAsync(other, "docs");
        worker.Start();
        isAtWork.Wait(Token);
        Assert.Equal(IngestionJobState.Paused, (await other.Queue.PauseAsync(AccessScope.Everything, acquisition.Job.Id, Token)).State);
        goOn.Set();
        await foreach (var seen in worker.Queue.WatchAsync(AccessScope.Everything, acquisition.Job.Id, Token))
        {
            if (seen.State == IngestionJobState.Paused)
            {
                break;
            }
        }

        Assert.InRange((await other.Store.ListDocumentStatesAsync(acquisition.Source.Id, Token)).Count, 0, 100);
        Assert.Null((await other.Store.FindJobAsync(AccessScope.Everything, acquisition.Job.Id, Token))!.Server);

        await other.Queue.ResumeAsync(AccessScope.Everything, acquisition.Job.Id, Token);
        var job = await other.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, Token);
        Assert.Equal((IngestionJobState.Completed, 200L), (job.State, job.Progress.FilesDone));
        Assert.Equal(200, (await other.Store.ListDocumentStatesAsync(acquisition.Source.Id, Token)).Count);
        Assert.NotNull(job.Progress.BytesPerSecond);
    }

    /// <summary>SYNAPSE_TAKEOVER_KILLS sets how often.</summary>
    [Fact]
    public async Task A_killed_server_is_followed_by_another_that_finishes_its_job_and_stores_nothing_twice()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("SYNAPSE_TAKEOVER_KILLS") ?? "3", CultureInfo.InvariantCulture);
        var random = new Random(11);
        for (var kill = 0; kill < kills; kill++)
        {
            var folder = $"docs{kill}";
            Write(folder, 600);
            using var child = Start(Path.Combine(_root, folder));
            await UntilCommittedAsync(folder, random.Next(20, 300));
            child.Kill();
            await child.WaitForExitAsync(Token);
            await TakeOverAsync(folder);
        }
    }

    private async Task TakeOverAsync(string folder)
    {
        await using var next = new IngestionServer(Database, _embedder);
        var collection = (await next.Store.FindCollectionAsync(AccessScope.Everything, folder, Token))!;
        var lost = Assert.Single(await next.Store.ListJobsAsync(AccessScope.Everything, collection.Id, unfinishedOnly: false, 10, Token));
        var before = await next.Store.ListDocumentStatesAsync(lost.SourceId, Token);
        Assert.InRange(before.Count, 1, 599);
        var leaseEnds = await Database.ScalarAsync<DateTime>($"SELECT lease_until FROM synapse.jobs WHERE id = {lost.Id}", Token);
        next.Start();
        var job = await next.Queue.WaitAsync(AccessScope.Everything, lost.Id, Token);

        Assert.Equal((IngestionJobState.Completed, 2, 600L), (job.State, job.Attempts, job.Progress.FilesDone));
        Assert.Equal(600L - before.Count, job.Progress.DocumentsAdded);
        Assert.True(job.StartedAt >= leaseEnds);
        TestContext.Current.SendDiagnosticMessage($"Taken over {(job.StartedAt!.Value.UtcDateTime - leaseEnds).TotalMilliseconds:0} ms after the lease had run out, with {before.Count} of 600 documents stored.");
        var after = await next.Store.ListDocumentStatesAsync(lost.SourceId, Token);
        Assert.Equal(600, after.Select(state => state.Path).Distinct().Count());
        Assert.Equal(600, after.Count);
        Assert.Empty(before.Select(state => state.DocumentId).Except(after.Select(state => state.DocumentId)));
        Assert.Equal(600, (await next.Store.ListCollectionsAsync(AccessScope.Everything, Token)).Single(summary => summary.Collection.Id == collection.Id).ChunkCount);
        Assert.Single(await next.Store.ListJobsAsync(AccessScope.Everything, collection.Id, unfinishedOnly: false, 10, Token));
    }

    private async Task UntilCommittedAsync(string collection, int documents)
    {
        var sql = $"SELECT count(*) FROM synapse.documents JOIN synapse.collections ON collections.id = collection_id WHERE name = '{collection}'";
        while (true)
        {
            try
            {
                if (await Database.ScalarAsync<long>(sql, Token) >= documents)
                {
                    return;
                }
            }
            catch (Npgsql.PostgresException missing) when (missing.SqlState is "42P01" or "3F000")
            {
                // The first server makes the tables.
            }

            Token.ThrowIfCancellationRequested();
        }
    }

    private Process Start(string folder)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Synapse.Crash.Child.dll"));
        start.ArgumentList.Add(Database.Url);
        start.ArgumentList.Add(folder);
        return Process.Start(start)!;
    }

    private void Write(string folder, int files)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root, folder)).FullName;
        for (var i = 0; i < files; i++)
        {
            File.WriteAllText(Path.Combine(path, $"{i}.txt"), $"words of file {i} in {folder}");
        }
    }

    private Task<Acquisition> AddAsync(IngestionServer server, string folder) => server.Librarian.AddAsync(AccessScope.Everything, Path.Combine(_root, folder), null, Token);
}
