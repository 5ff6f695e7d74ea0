using Synapse.Embedding;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.StoreConformance;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.StoreCopying.Tests.TestSupport;

/// <summary>What is in a store that moves: every kind of thing that a store can hold.</summary>
internal static class Household
{
    /// <summary>Documents of the large collection.</summary>
    public const int Documents = 60;

    /// <summary>The space that a collection is moving to.</summary>
    public static readonly EmbeddingSpace Newer = new("newer", 48, "query: ", "passage: ");

    private static readonly string[] s_words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "retryPolicy", "HttpClient", "parse_date", "Straße", "the", "house"];

    /// <summary>Fills a store and opens it. Only ids and times of making differ from one time to the next.</summary>
    public static async Task<OpenStore> OpenAsync(StorePlace place)
    {
        await FillAsync(place);
        return place.Open();
    }

    /// <summary>Fills a store, and closes it, so that all of its ledger is written.</summary>
    public static async Task FillAsync(StorePlace place, int documents = Documents)
    {
        using var opened = place.Open();
        var cancellationToken = TestContext.Current.CancellationToken;
        var store = opened.Store;
        var gone = await AddCollectionAsync(store, "gone", StoreHarness.Space);
        await store.CommitAsync(TestDocuments.Batch(gone.Collection.Id, TestDocuments.Make(gone.Source.Id, "secret.txt", "nobody reads this")), cancellationToken);
        var large = await AddCollectionAsync(store, "large", StoreHarness.Space);
        var second = await store.AddSourceAsync(large.Collection.Id, SourceKind.File, "/second/file.txt", cancellationToken);
        var random = new Random(20_261_128);
        for (var batch = 0; batch < documents; batch += 20)
        {
            var versions = Enumerable.Range(batch, Math.Min(20, documents - batch))
                .Select(i => TestDocuments.Make(i % 9 == 0 ? second.Id : large.Source.Id, $"folder{i % 7}/Document{i}.txt", [.. Enumerable.Range(0, 4).Select(_ => Sentence(random))]))
                .ToArray();
            await store.CommitAsync(TestDocuments.Batch(large.Collection.Id, versions), cancellationToken);
        }

        await store.CommitAsync(TestDocuments.Batch(large.Collection.Id, TestDocuments.MakeLong(large.Source.Id), TestDocuments.Make(large.Source.Id, "empty.txt")), cancellationToken);
        await store.CommitAsync(TestDocuments.Batch(large.Collection.Id, TestDocuments.Make(large.Source.Id, "folder1/Document1.txt", "replaced by another version")), cancellationToken);
        await store.ReplaceSkippedFilesAsync(null, large.Source.Id, [new("logo.png", "binary", "It is not text."), new("key.pem", "secret", "It holds a key.")], cancellationToken);

        var moving = await AddCollectionAsync(store, "moving", StoreHarness.Space);
        await store.SetPrivacyAsync(AccessScope.Everything, moving.Collection.Id, CollectionPrivacy.LocalOnly, cancellationToken);
        await store.CommitAsync(
            TestDocuments.Batch(moving.Collection.Id, TestDocuments.Make(moving.Source.Id, "b.txt", "alpha in the older space"), TestDocuments.Make(moving.Source.Id, "d.txt", "beta there too")), cancellationToken);
        await store.UseEmbeddingSpaceAsync(moving.Collection.Id, Newer, cancellationToken);
        await store.CommitAsync(
            TestDocuments.Batch(
                moving.Collection.Id, TestDocuments.Make(Newer, moving.Source.Id, "a.txt", "alpha in the newer space"), TestDocuments.Make(Newer, moving.Source.Id, "c.txt", "gamma there")),
            cancellationToken);
        await store.SetEvaluationAsync(AccessScope.Everything, moving.Collection.Id, new EvaluationSet([new("what is in \0 the \"newer\" space?", ["a.txt", "c.txt"])]), cancellationToken);
        await AddCollectionAsync(store, "nothing", null);

        await SendAsync(opened.Ledger, new EgressDocument(gone.Collection.Id, gone.Source.Id, "secret.txt"));
        await SendAsync(opened.Ledger, new EgressDocument(large.Collection.Id, large.Source.Id, "folder2/Document2.txt"), new EgressDocument(moving.Collection.Id, moving.Source.Id, "a.txt"));
        await store.RemoveCollectionAsync(AccessScope.Everything, gone.Collection.Id, cancellationToken);
    }

    /// <summary>Finds a collection by name.</summary>
    public static async Task<Collection> FindAsync(IImportableStore store, string name)
        => (await store.FindCollectionAsync(AccessScope.Everything, name, TestContext.Current.CancellationToken))!;

    private static async Task<(Collection Collection, Source Source)> AddCollectionAsync(IImportableStore store, string name, EmbeddingSpace? space)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var collection = await store.CreateCollectionAsync(name, SourceKind.Folder, "/" + name, CollectionPrivacy.Unrestricted, cancellationToken);
        if (space is not null)
        {
            await store.UseEmbeddingSpaceAsync(collection.Id, space, cancellationToken);
        }

        return (collection, (await store.ListSourcesAsync(AccessScope.Everything, collection.Id, cancellationToken))[0]);
    }

    private static async Task SendAsync(IEgressLedger ledger, params EgressDocument[] documents)
    {
        var attempt = new EgressAttempt(new DateTimeOffset(2026, 11, 28, 1, 2, 3, TimeSpan.Zero), "openai", "api.openai.com:443", AddressReach.Public, EgressPurpose.Chat, documents);
        var id = await ledger.BeginAsync(attempt, TestContext.Current.CancellationToken);
        ledger.Complete(id, new EgressResult(EgressOutcome.Completed, 200, null, 700, 1_400, TimeSpan.FromMilliseconds(812.5)));
    }

    private static string Sentence(Random random) => string.Join(' ', Enumerable.Range(0, 12).Select(_ => s_words[random.Next(s_words.Length)]));
}
