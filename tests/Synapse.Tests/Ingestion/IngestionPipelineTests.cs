using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Ingestion.Reading;
using Synapse.Library;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Ingestion;

public sealed class IngestionPipelineTests
{
    private static readonly DateTime Old = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public async Task Index_stores_every_text_file_and_names_the_others()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("readme.md", "# Title\n\nSome words.\n");
        ingestion.Folder.Write("src/a.cs", "class A { }\r\n");
        ingestion.Folder.Write("image.png", [0x89, 0x50, 0, 0, 1, 2]);
        ingestion.Folder.Write(".env", "KEY=1");
        ingestion.Folder.Write("empty.txt", "");

        var job = await ingestion.IndexAsync();

        Assert.Equal(IngestionJobState.Completed, job.State);
        Assert.Equal(["readme.md", "src/a.cs"], Paths(ingestion));
        Assert.Equal("class A { }\n", ingestion.Store.Documents[1].Text);
        Assert.Equal("csharp", ingestion.Store.Documents[1].Language);
        Assert.Equal(
            new Dictionary<string, string> { [".env"] = "secret", ["empty.txt"] = "empty", ["image.png"] = "binary" },
            await ingestion.SkippedAsync());
        Assert.Equal(3, job.Progress.FilesFound);
        Assert.Equal(3, job.Progress.FilesDone);
        Assert.Equal(2, job.Progress.DocumentsAdded);
        Assert.Equal(3, job.Progress.FilesSkipped);
        Assert.Equal(job.Progress.BytesFound, job.Progress.BytesDone);
    }

    [Fact]
    public async Task Second_index_of_an_unchanged_folder_commits_nothing()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("a.txt", "alpha", Old);
        ingestion.Folder.Write("b.txt", "beta", Old);
        await ingestion.IndexAsync();
        var commits = ingestion.Store.Commits.Count;

        var job = await ingestion.IndexAsync();

        Assert.Equal(commits, ingestion.Store.Commits.Count);
        Assert.Equal(2, job.Progress.FilesDone);
        Assert.Equal(0, job.Progress.DocumentsAdded + job.Progress.DocumentsChanged + job.Progress.DocumentsRemoved);
    }

    [Fact]
    public async Task Change_removal_and_addition_are_followed()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("kept.txt", "kept", Old);
        ingestion.Folder.Write("changed.txt", "before", Old);
        var removed = ingestion.Folder.Write("removed.txt", "removed it is", Old);
        await ingestion.IndexAsync();

        File.Delete(removed);
        ingestion.Folder.Write("changed.txt", "after!", Old.AddSeconds(1));
        ingestion.Folder.Write("new.txt", "new");
        var job = await ingestion.IndexAsync();

        Assert.Equal(["changed.txt", "kept.txt", "new.txt"], Paths(ingestion));
        Assert.Equal("after!", ingestion.Store.Documents[0].Text);
        Assert.Equal((1, 1, 1), (job.Progress.DocumentsAdded, job.Progress.DocumentsChanged, job.Progress.DocumentsRemoved));
    }

    [Fact]
    public async Task Moved_file_leaves_its_old_path_in_the_batch_that_puts_it_at_the_new_one()
    {
        await using var ingestion = new IngestionFixture();
        var old = ingestion.Folder.Write("old.txt", "the same words", Old);
        await ingestion.IndexAsync();

        File.Move(old, Path.Combine(ingestion.Folder.Path, "new.txt"));
        await ingestion.IndexAsync();

        var move = ingestion.Store.Commits.Last();
        Assert.Equal("new.txt", Assert.Single(move.Versions).Path);
        Assert.Single(move.RemovedDocumentIds);
        Assert.Equal(["new.txt"], Paths(ingestion));
    }

    [Fact]
    public async Task New_time_stamp_alone_only_touches_the_document()
    {
        await using var ingestion = new IngestionFixture();
        var path = ingestion.Folder.Write("a.txt", "alpha", Old);
        await ingestion.IndexAsync();

        File.SetLastWriteTimeUtc(path, Old.AddHours(1));
        var job = await ingestion.IndexAsync();

        Assert.Single(ingestion.Store.Commits.Last().Touched);
        Assert.Empty(ingestion.Store.Commits.Last().Versions);
        Assert.Equal(0, job.Progress.DocumentsChanged);
    }

    [Fact]
    public async Task File_that_changed_just_before_it_was_read_is_read_again_by_the_next_run()
    {
        var time = TimeProvider.System;
        await using var ingestion = new IngestionFixture();
        var now = time.GetUtcNow().UtcDateTime;
        ingestion.Folder.Write("a.txt", "one", now);
        await ingestion.IndexAsync();

        // The same size and time stamp, as a second change within one tick of the file system's clock has.
        ingestion.Folder.Write("a.txt", "two", now);
        await ingestion.IndexAsync();

        Assert.Equal("two", Assert.Single(ingestion.Store.Documents).Text);
    }

    [Fact]
    public async Task File_that_breaks_its_reader_is_left_out_alone()
    {
        await using var ingestion = new IngestionFixture(readers: [new BreakingReader()]);
        ingestion.Folder.Write("a.txt", "alpha");
        ingestion.Folder.Write("b.broken", "beta");
        ingestion.Folder.Write("c.txt", "gamma");

        var job = await ingestion.IndexAsync();

        Assert.Equal(IngestionJobState.Completed, job.State);
        Assert.Equal(["a.txt", "c.txt"], Paths(ingestion));
        Assert.Equal("failed", (await ingestion.SkippedAsync())["b.broken"]);
    }

    [Fact]
    public async Task Document_that_the_store_refuses_is_left_out_alone()
    {
        var store = new InMemoryStore
        {
            BeforeCommit = batch => _ = batch.Versions.Any(version => version.Path == "b.txt") ? throw new InvalidOperationException("refused") : 0,
        };
        await using var ingestion = new IngestionFixture(store);
        ingestion.Folder.Write("a.txt", "alpha");
        ingestion.Folder.Write("b.txt", "beta");
        ingestion.Folder.Write("c.txt", "gamma");

        var job = await ingestion.IndexAsync();

        Assert.Equal(["a.txt", "c.txt"], Paths(ingestion));
        Assert.Equal("failed", (await ingestion.SkippedAsync())["b.txt"]);
        Assert.Equal(2, job.Progress.DocumentsAdded);
    }

    [Fact]
    public async Task Embedder_that_is_unavailable_fails_no_document()
    {
        var embedder = new UnavailableEmbedder();
        await using var ingestion = new IngestionFixture(embedder: embedder);
        ingestion.Folder.Write("a.txt", "alpha");
        var source = await SourceAsync(ingestion);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => ingestion.Pipeline.RunAsync(source, null, IngestionFixture.OfNoJob, IngestionFixture.Token));
        embedder.IsAvailable = true;
        var outcome = await ingestion.Pipeline.RunAsync(source, null, IngestionFixture.OfNoJob, IngestionFixture.Token);

        Assert.Empty(outcome.Skipped);
        Assert.Equal(1, outcome.Progress.DocumentsAdded);
    }

    [Fact]
    public async Task Cancelled_run_records_no_failure()
    {
        await using var ingestion = new IngestionFixture();
        for (var i = 0; i < 200; i++)
        {
            ingestion.Folder.Write($"{i}.txt", $"text {i}");
        }

        var source = await SourceAsync(ingestion);
        using var stop = new CancellationTokenSource();
        ingestion.Store.BeforeCommit = _ => stop.Cancel();
        ingestion.Options.BatchChunks = 1;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ingestion.Pipeline.RunAsync(source, null, IngestionFixture.OfNoJob, stop.Token));
        var outcome = await ingestion.Pipeline.RunAsync(source, null, IngestionFixture.OfNoJob, IngestionFixture.Token);

        Assert.Empty(outcome.Skipped);
        Assert.Equal(200, ingestion.Store.Documents.Count);
        Assert.InRange(outcome.Progress.DocumentsAdded, 1, 199);
    }

    [Fact]
    public async Task Folder_that_is_gone_keeps_its_documents_and_its_job_waits_until_it_is_back()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("docs/a.txt", "alpha");
        var acquisition = await ingestion.Start().Librarian.AddAsync(AccessScope.Everything, Path.Combine(ingestion.Folder.Path, "docs"), null, IngestionFixture.Token);
        await ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);

        Directory.Move(Path.Combine(ingestion.Folder.Path, "docs"), Path.Combine(ingestion.Folder.Path, "elsewhere"));
        var job = await ingestion.Queue.EnqueueAsync(acquisition.Source.Id, IngestionFixture.Token);
        await foreach (var now in ingestion.Queue.WatchAsync(AccessScope.Everything, job.Id, IngestionFixture.Token))
        {
            if (now.State == IngestionJobState.Waiting)
            {
                Assert.Equal("source_unseen", now.ErrorCode);
                break;
            }
        }

        Assert.Equal(["a.txt"], Paths(ingestion));
        ingestion.Folder.Write("elsewhere/b.txt", "beta");
        Directory.Move(Path.Combine(ingestion.Folder.Path, "elsewhere"), Path.Combine(ingestion.Folder.Path, "docs"));
        job = await ingestion.Queue.WaitAsync(AccessScope.Everything, job.Id, IngestionFixture.Token);
        Assert.Equal((IngestionJobState.Completed, null, 1), (job.State, job.ErrorCode, job.Attempts));
        Assert.Equal(["a.txt", "b.txt"], Paths(ingestion));
    }

    [Fact]
    public async Task Given_paths_are_brought_up_to_date_and_no_others()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("a.txt", "alpha", Old);
        ingestion.Folder.Write("b.txt", "beta", Old);
        ingestion.Folder.Write("gone/c.txt", "gamma", Old);
        ingestion.Folder.Write("gone/d.txt", "delta", Old);
        await ingestion.IndexAsync();
        var source = await SourceAsync(ingestion);

        ingestion.Folder.Write("a.txt", "alpha 2");
        ingestion.Folder.Write("b.txt", "beta 2");
        Directory.Delete(Path.Combine(ingestion.Folder.Path, "gone"), recursive: true);
        ingestion.Folder.Write("new.env/x.txt", "x");
        var outcome = await ingestion.Pipeline.RunAsync(source, ["a.txt", "gone", "never.txt"], IngestionFixture.OfNoJob, IngestionFixture.Token);

        Assert.Equal(["a.txt", "b.txt"], Paths(ingestion));
        Assert.Equal(["alpha 2", "beta"], ingestion.Store.Documents.Select(document => document.Text));
        Assert.Equal((0, 1, 2), (outcome.Progress.DocumentsAdded, outcome.Progress.DocumentsChanged, outcome.Progress.DocumentsRemoved));
    }

    [Fact]
    public async Task One_file_can_be_a_source_though_an_ignore_file_names_it()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write(".gitignore", "*.md\n");
        ingestion.Folder.Write("other.md", "other");
        var path = ingestion.Folder.Write("note.md", "# Note\n\nwords");

        var acquisition = await ingestion.Start().Librarian.AddAsync(AccessScope.Everything, path, "Notes", IngestionFixture.Token);
        await ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);

        Assert.Equal("Notes", acquisition.Collection.Name);
        Assert.Equal(["note.md"], Paths(ingestion));
    }

    [Fact]
    public async Task Librarian_gives_each_folder_a_collection_of_its_own_and_finds_it_again()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("x/docs/a.txt", "a");
        ingestion.Folder.Write("y/docs/b.txt", "b");
        ingestion.Start();

        var first = await ingestion.Librarian.AddAsync(AccessScope.Everything, Path.Combine(ingestion.Folder.Path, "x/docs"), null, IngestionFixture.Token);
        var second = await ingestion.Librarian.AddAsync(AccessScope.Everything, Path.Combine(ingestion.Folder.Path, "y/docs/"), null, IngestionFixture.Token);
        var again = await ingestion.Librarian.AddAsync(AccessScope.Everything, Path.Combine(ingestion.Folder.Path, "x/../x/docs"), null, IngestionFixture.Token);

        Assert.Equal(("docs", "docs-2", first.Source), (first.Collection.Name, second.Collection.Name, again.Source));
        Assert.Throws<PathNotFoundException>(() => ingestion.Librarian.Resolve(Path.Combine(ingestion.Folder.Path, "nothing")));
        Assert.Throws<PathNotFoundException>(() => ingestion.Librarian.Resolve(""));
    }

    private static IEnumerable<string> Paths(IngestionFixture ingestion) => ingestion.Store.Documents.Select(document => document.Path);

    private static async Task<Source> SourceAsync(IngestionFixture ingestion)
    {
        var collection = await ingestion.Store.FindCollectionAsync(AccessScope.Everything, Path.GetFileName(ingestion.Folder.Path), IngestionFixture.Token)
            ?? await ingestion.Store.CreateCollectionAsync(Path.GetFileName(ingestion.Folder.Path), IngestionFixture.Token);
        return await ingestion.Store.AddSourceAsync(collection.Id, SourceKind.Folder, ingestion.Folder.Path, IngestionFixture.Token);
    }

    private sealed class BreakingReader : IDocumentReader
    {
        public bool CanRead(string path, ReadOnlySpan<byte> content) => path.EndsWith(".broken", StringComparison.Ordinal);

        public DocumentText Read(string path, ReadOnlySpan<byte> content) => throw new FormatException("broken on purpose");
    }

    private sealed class UnavailableEmbedder : IEmbedder
    {
        private readonly HashEmbedder _embedder = new();

        public bool IsAvailable { get; set; }

        public EmbeddingSpace Space => _embedder.Space;

        public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Space);

        public bool IsLocal => true;

        public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => _embedder.EmbedQueryAsync(query, cancellationToken);

        public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
            => IsAvailable ? _embedder.EmbedPassagesAsync(passages, destination, cancellationToken) : throw new StoreUnavailableException("model", "not loaded");
    }
}
