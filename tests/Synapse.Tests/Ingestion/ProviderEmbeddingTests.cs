using Microsoft.Extensions.Time.Testing;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Ingestion;

/// <summary>Ingestion with an embedder on a server.</summary>
public sealed class ProviderEmbeddingTests
{
    [Fact]
    public async Task Small_documents_share_requests_and_the_ledger_knows_whose_text_each_carries()
    {
        var provider = new ProviderFake(hint: new EmbeddingBatchHint(Texts: 20, Characters: 100_000, Requests: 2));
        await using var ingestion = new IngestionFixture(embedders: new Embedders(new HashEmbedder(), provider));
        for (var i = 0; i < 100; i++)
        {
            ingestion.Folder.Write($"{i}.txt", $"note number {i} about subject {i}");
        }

        var job = await ingestion.IndexAsync();
        Assert.Equal(IngestionJobState.Completed, job.State);
        Assert.Equal(100, ingestion.Store.Documents.Count);
        Assert.All(ingestion.Store.Documents, document => Assert.Equal(new HashingEmbedder(provider.Space.Model, provider.Space.Dimensions).Embed(document.Text), document.Embeddings.ToArray()));
        Assert.All(ingestion.Store.Commits, batch => Assert.Equal(provider.Space.Fingerprint, batch.SpaceFingerprint));
        // At least five requests of twenty; far fewer than one per document, however the reading and the sending fall together.
        Assert.InRange(provider.Requests.Count, 5, 60);
        Assert.All(provider.Requests, request =>
        {
            Assert.InRange(request.Texts.Count, 1, 20);
            Assert.Equal(EgressPurpose.Embedding, request.Purpose);
            Assert.Equal(request.Texts.Count, request.Documents.Count);
            Assert.All(request.Documents, document => Assert.Contains($"subject {Path.GetFileNameWithoutExtension(document.Path)}", string.Join('\n', request.Texts), StringComparison.Ordinal));
        });
        Assert.Equal(100, provider.Requests.SelectMany(request => request.Documents).Distinct().Count());
    }

    [Fact]
    public async Task A_long_document_is_cut_into_requests_that_are_in_flight_together()
    {
        var provider = new ProviderFake(hint: new EmbeddingBatchHint(Texts: 3, Characters: 100_000, Requests: 4));
        var (inFlight, most, together) = (0, 0, new TaskCompletionSource());
        provider.OnPassages = async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inFlight));
            if (inFlight == 4)
            {
                together.TrySetResult();
            }

            await together.Task;
            Interlocked.Decrement(ref inFlight);
        };
        await using var ingestion = new IngestionFixture(embedders: new Embedders(new HashEmbedder(), provider));
        ingestion.Folder.Write("long.txt", string.Join("\n\n", Enumerable.Range(0, 120).Select(i => $"Paragraph {i}. " + string.Concat(Enumerable.Repeat($"Words of part {i}. ", 30)))));
        Assert.Equal(IngestionJobState.Completed, (await ingestion.IndexAsync()).State);
        Assert.Equal(4, most);
        Assert.All(provider.Requests, request => Assert.InRange(request.Texts.Count, 1, 3));
    }

    [Fact]
    public async Task What_did_not_change_in_a_changed_document_is_not_sent_again()
    {
        var provider = new ProviderFake();
        await using var ingestion = new IngestionFixture(embedders: new Embedders(new HashEmbedder(), provider));
        string[] parts = [.. Enumerable.Range(0, 12).Select(i => $"# Part {i}\n\n" + string.Concat(Enumerable.Repeat($"This is what part {i} says in its own words. ", 40)) + "\n\n")];
        ingestion.Folder.Write("book.md", string.Concat(parts));
        await ingestion.IndexAsync();
        var chunks = Assert.Single(ingestion.Store.Documents).Chunks.Count;
        Assert.InRange(chunks, 12, 100);
        provider.Requests.Clear();

        parts[5] = "# Part 5\n\nNow it says something else.\n\n";
        ingestion.Folder.Write("book.md", string.Concat(parts));
        await ingestion.IndexAsync();
        var sent = provider.Requests.SelectMany(request => request.Texts).ToList();
        Assert.Contains(sent, text => text.Contains("something else", StringComparison.Ordinal));
        Assert.InRange(sent.Count, 1, 3);
        var document = Assert.Single(ingestion.Store.Documents);
        var embedder = new HashingEmbedder(provider.Space.Model, provider.Space.Dimensions);
        Assert.Equal(
            document.Chunks.SelectMany(chunk => embedder.Embed(document.Text.AsSpan(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset))), document.Embeddings.ToArray());
    }

    [Fact]
    public async Task A_job_waits_while_the_provider_is_down_and_then_goes_on_by_itself_with_nothing_half_stored()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var provider = new ProviderFake { Failure = ProviderFailure.Unavailable };
        await using var ingestion = new IngestionFixture(time: time, embedders: new Embedders(new HashEmbedder(), provider));
        ingestion.Folder.Write("a.txt", "alpha");
        var waiting = await WaitingAsync(ingestion);
        Assert.Equal(("provider_unavailable", "The provider 'cloud' failed: Unavailable.", 0), (waiting.ErrorCode, waiting.ErrorMessage, waiting.Attempts));
        Assert.Empty(ingestion.Store.Documents);

        provider.Failure = null;
        var job = await CompletedAsync(ingestion, waiting.Id, time, ingestion.Options.RetryDelay);
        Assert.Equal((IngestionJobState.Completed, null), (job.State, job.ErrorCode));
        Assert.Single(ingestion.Store.Documents);
    }

    [Fact]
    public async Task A_job_that_waits_for_a_provider_keeps_no_other_collection_waiting()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var provider = new ProviderFake { Failure = ProviderFailure.Unavailable };
        var builtIn = new HashEmbedder();
        await using var ingestion = new IngestionFixture(time: time, embedders: new Embedders(builtIn, provider));
        ingestion.Folder.Write("a.txt", "alpha");
        var waiting = await WaitingAsync(ingestion);
        using var other = new TemporaryFolder();
        other.Write("b.txt", "beta");
        var local = await ingestion.Store.CreateCollectionAsync("local", IngestionFixture.Token);
        await ingestion.Store.UseEmbeddingSpaceAsync(local.Id, builtIn.Space, IngestionFixture.Token);
        var acquisition = await ingestion.Librarian.AddAsync(AccessScope.Everything, other.Path, "local", IngestionFixture.Token);
        Assert.Equal(IngestionJobState.Completed, (await ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token)).State);
        Assert.Equal("b.txt", Assert.Single(ingestion.Store.Documents).Path);

        await ingestion.Queue.CancelAsync(AccessScope.Everything, waiting.Id, IngestionFixture.Token);
        Assert.Equal(IngestionJobState.Cancelled, (await ingestion.Queue.WaitAsync(AccessScope.Everything, waiting.Id, IngestionFixture.Token)).State);
    }

    [Fact]
    public async Task What_only_a_person_can_mend_is_tried_again_seldom()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var provider = new ProviderFake { Failure = ProviderFailure.Auth };
        await using var ingestion = new IngestionFixture(time: time, embedders: new Embedders(new HashEmbedder(), provider));
        ingestion.Folder.Write("a.txt", "alpha");
        var waiting = await WaitingAsync(ingestion);
        Assert.Equal("provider_auth_failed", waiting.ErrorCode);
        var asked = provider.Requests.Count;
        time.Advance(19 * ingestion.Options.RetryDelay);
        await Task.Yield();
        Assert.Equal(asked, provider.Requests.Count);
        provider.Failure = null;
        Assert.Equal(IngestionJobState.Completed, (await CompletedAsync(ingestion, waiting.Id, time, ingestion.Options.RetryDelay)).State);
    }

    [Fact]
    public async Task A_document_that_the_provider_refuses_is_left_out_alone()
    {
        var provider = new ProviderFake
        {
            OnPassages = texts => texts.Any(text => text.Contains("forbidden", StringComparison.Ordinal)) ? throw ProviderFake.Fault(ProviderFailure.Filtered) : Task.CompletedTask,
        };
        await using var ingestion = new IngestionFixture(embedders: new Embedders(new HashEmbedder(), provider));
        ingestion.Folder.Write("a.txt", "alpha");
        ingestion.Folder.Write("b.txt", "forbidden words");
        ingestion.Folder.Write("c.txt", "gamma");
        Assert.Equal(IngestionJobState.Completed, (await ingestion.IndexAsync()).State);
        Assert.Equal(["a.txt", "c.txt"], ingestion.Store.Documents.Select(document => document.Path));
        Assert.Equal(SkipReason.NotEmbedded, (await ingestion.SkippedAsync())["b.txt"]);
    }

    [Fact]
    public async Task A_collection_of_the_built_in_model_stays_with_it_when_a_provider_is_configured_later()
    {
        var store = new InMemoryStore();
        var builtIn = new HashEmbedder();
        await using (var before = new IngestionFixture(store, builtIn))
        {
            before.Folder.Write("a.txt", "alpha");
            await before.IndexAsync();
            var provider = new ProviderFake();
            await using var after = new IngestionFixture(store, embedders: new Embedders(builtIn, provider));
            before.Folder.Write("b.txt", "beta");
            after.Start();
            var source = (await store.ListSourcesAsync(AccessScope.Everything, null, IngestionFixture.Token)).Single();
            var job = await after.Queue.EnqueueAsync(source.Id, IngestionFixture.Token);
            await after.Queue.WaitAsync(AccessScope.Everything, job.Id, IngestionFixture.Token);
            Assert.Equal(2, store.Documents.Count);
            Assert.Empty(provider.Requests);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_collection_that_is_local_only_is_never_embedded_by_a_cloud_provider(bool isMarkedMeanwhile)
    {
        var store = new InMemoryStore();
        var provider = new ProviderFake(hint: new EmbeddingBatchHint(Texts: 5, Requests: 1));
        var collection = await store.CreateCollectionAsync("private", IngestionFixture.Token);
        await using var ingestion = new IngestionFixture(store, embedders: new Embedders(new HashEmbedder(), provider));
        for (var i = 0; i < 40; i++)
        {
            ingestion.Folder.Write($"{i}.txt", $"note {i}");
        }

        async Task MarkAsync() => await store.SetPrivacyAsync(AccessScope.Everything, collection.Id, CollectionPrivacy.LocalOnly, IngestionFixture.Token);
        if (isMarkedMeanwhile)
        {
            provider.OnPassages = _ => MarkAsync();
        }
        else
        {
            await MarkAsync();
        }

        ingestion.Start();
        var acquisition = await ingestion.Librarian.AddAsync(AccessScope.Everything, ingestion.Folder.Path, "private", IngestionFixture.Token);
        var job = await ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
        Assert.Equal(IngestionJobState.Completed, job.State);
        Assert.Equal(isMarkedMeanwhile ? 1 : 0, provider.Requests.Count);
        Assert.Equal("hash", (await store.FindEmbeddingSpaceAsync(collection.Id, IngestionFixture.Token))!.Model);
        Assert.Equal(40, store.Documents.Count);
    }

    [Fact]
    public async Task A_collection_moves_to_the_model_that_is_configured_now_only_when_its_source_can_be_read()
    {
        var store = new InMemoryStore();
        await using var before = new IngestionFixture(store, embedders: new Embedders(new HashEmbedder(), new ProviderFake("old")));
        before.Folder.Write("a.txt", "alpha");
        await before.IndexAsync();
        var source = (await store.ListSourcesAsync(AccessScope.Everything, null, IngestionFixture.Token)).Single();
        var provider = new ProviderFake("new");
        await using var after = new IngestionFixture(store, embedders: new Embedders(new HashEmbedder(), provider));
        var away = before.Folder.Path + "-away";
        Directory.Move(before.Folder.Path, away);
        await Assert.ThrowsAsync<PathNotFoundException>(() => after.Pipeline.RunAsync(source, null, IngestionFixture.OfNoJob, IngestionFixture.Token));
        Assert.Equal("old", (await store.FindEmbeddingSpaceAsync(source.CollectionId, IngestionFixture.Token))!.Model);

        Directory.Move(away, before.Folder.Path);
        await after.Pipeline.RunAsync(source, null, IngestionFixture.OfNoJob, IngestionFixture.Token);
        Assert.Equal("new", (await store.FindEmbeddingSpaceAsync(source.CollectionId, IngestionFixture.Token))!.Model);
    }

    private static async Task<IngestionJob> WaitingAsync(IngestionFixture ingestion)
    {
        ingestion.Start();
        await ingestion.Librarian.AddAsync(AccessScope.Everything, ingestion.Folder.Path, null, IngestionFixture.Token);
        while (true)
        {
            if (ingestion.Store.SavedJobs.LastOrDefault() is { State: IngestionJobState.Waiting } waiting)
            {
                return waiting;
            }

            await Task.Yield();
            IngestionFixture.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task<IngestionJob> CompletedAsync(IngestionFixture ingestion, long jobId, FakeTimeProvider time, TimeSpan step)
    {
        var ended = ingestion.Queue.WaitAsync(AccessScope.Everything, jobId, IngestionFixture.Token);
        while (!ended.IsCompleted)
        {
            time.Advance(step);
            await Task.Yield();
        }

        return await ended;
    }
}
