using Synapse.Library;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>The list of a search by words is the one that the formula gives.</summary>
public abstract class KeywordSearchSuite(StoreHarness harness) : StoreSuite(harness)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Keyword_search_gives_the_list_of_a_plain_scan_after_any_adds_changes_and_removals(int seed)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var random = new Random(seed);
        var reference = new ReferenceIndex();
        var collections = new[] { await Harness.AddCollectionAsync("one"), await Harness.AddCollectionAsync("two") };
        for (var round = 0; round < 25; round++)
        {
            var (collection, source) = collections[random.Next(2)];
            var versions = Enumerable.Range(0, random.Next(1, 12))
                .Select(_ => $"d{random.Next(150)}.txt")
                .Distinct()
                .Select(path => TestDocuments.Make(source.Id, path, RandomParagraphs(random)))
                .ToArray();
            var removed = (await Harness.Library.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 1_000, cancellationToken))
                .Where(_ => random.Next(12) == 0)
                .Select(document => document.Id)
                .ToArray();
            await Harness.Ingestion.CommitAsync(new IngestionBatch(collection.Id, versions, removed, []), cancellationToken);
            await reference.ReloadAsync(Harness.Library, collections.Select(pair => pair.Collection.Id), versions, cancellationToken);
            if (random.Next(3) == 0)
            {
                await Harness.RunMaintenanceAsync(Token);
            }

            if (round == 20)
            {
                Harness.Close();
            }

            await CheckAsync(random, reference, null, cancellationToken);
            await CheckAsync(random, reference, collection.Id, cancellationToken);
        }
    }

    [Fact]
    public async Task Blocks_and_stretches_that_are_jumped_over_held_nothing_that_belonged_in_the_list()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var random = new Random(11);
        var reference = new ReferenceIndex();
        var (collection, source) = await Harness.AddCollectionAsync("large");
        var versions = Enumerable.Range(0, 3)
            .Select(d => TestDocuments.Make(source.Id, $"d{d}.txt", [.. Enumerable.Range(0, 4_000).Select(i => RareAndCommon(random, i))]))
            .ToArray();
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, versions), cancellationToken);
        await reference.ReloadAsync(Harness.Library, [collection.Id], versions, cancellationToken);
        for (var i = 0; i < 40; i++)
        {
            await CheckAsync(random, reference, null, cancellationToken);
        }
    }

    private async Task CheckAsync(Random random, ReferenceIndex reference, long? collectionId, CancellationToken cancellationToken)
    {
        await using var snapshot = await Harness.Search.OpenSnapshotAsync(
            AccessScope.Everything, collectionId is { } only ? [only] : null, cancellationToken);
        var terms = Enumerable.Range(0, random.Next(1, 7)).Select(_ => new QueryTerm(RandomWord(random), random.Next(1, 3))).ToArray();
        var limit = random.Next(1, 40);
        var expected = reference.Find(terms, collectionId);
        var found = await snapshot.FindByKeywordsAsync(terms, limit, cancellationToken);
        var described = await snapshot.DescribeAsync([.. found.Select(chunk => chunk.Key)], cancellationToken);
        Assert.Equal(reference.Count(collectionId), snapshot.ChunkCount);
        Assert.Equal(
            expected.Take(limit).Select(chunk => (chunk.CollectionId, chunk.Path, chunk.Ordinal)),
            described.Select(chunk => (chunk.CollectionId, chunk.Path, chunk.Chunk.Ordinal)));
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second.Score, pair.First.Score, 1e-5));
        var rescored = await snapshot.ScoreKeywordsAsync(terms, [.. found.Select(chunk => chunk.Key)], cancellationToken);
        Assert.Equal(found.Select(chunk => chunk.Score), rescored);
        var shuffled = terms.ToArray();
        random.Shuffle(shuffled);
        Assert.Equal(found, await snapshot.FindByKeywordsAsync(shuffled, limit, cancellationToken));
    }

    /// <summary>Few words of very different frequency, so that lists are long, ties are many, and some words are in every chunk.</summary>
    private static string RandomWord(Random random) => $"w{(int)(40 * Math.Pow(random.NextDouble(), 3))}";

    /// <summary>Stretches of thousands of chunks with little in them, and a few chunks with many of the words.</summary>
    private static string RareAndCommon(Random random, int i)
        => string.Join(' ', Enumerable.Range(0, i % 1_500 < 20 ? 12 : random.Next(1, 5)).Select(_ => i % 1_500 < 20 ? $"w{random.Next(40)}" : RandomWord(random)));

    private static string[] RandomParagraphs(Random random)
        => [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(1, 12)).Select(_ => RandomWord(random))))];
}
