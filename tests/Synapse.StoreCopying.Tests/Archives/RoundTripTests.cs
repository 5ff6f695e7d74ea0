using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Storage.Archiving;
using Synapse.Storage.Copying;
using Synapse.StoreConformance;
using Synapse.StoreCopying.Tests.TestSupport;
using Synapse.Switching;

namespace Synapse.StoreCopying.Tests.Archives;

public sealed class RoundTripTests : IDisposable
{
    private const float Rounding = 0.01f;
    private readonly ArchiveWorkbench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(StoreKind.Sqlite, StoreKind.Sqlite)]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres, StoreKind.Postgres)]
    public async Task A_restored_store_finds_what_the_store_found(StoreKind from, StoreKind to)
    {
        await using var original = await StorePlace.MakeAsync(from);
        await using var restored = await StorePlace.MakeAsync(to);
        using var source = await Household.OpenAsync(original);
        using var target = restored.Open();

        var path = await _bench.BackUpAsync(source);
        var held = await ArchiveWorkbench.CheckAsync(path);
        var report = await RestoreAsync(path, target);

        Assert.Equal([("large", 62L), ("moving", 4), ("nothing", 0)], held.Collections.Select(each => (each.Name, each.Documents)));
        Assert.Equal(["test", "newer"], held.Collections[1].Models);
        Assert.Equal((2L, 2L), (held.EgressEntries, report.EgressEntries));
        Assert.Equal(["prompts/answer.md"], held.Files);
        var (expected, actual) = (await Findings.OfAsync(source), await Findings.OfAsync(target));
        Assert.InRange(expected.Keywords.Count, 300, int.MaxValue);
        Assert.InRange(expected.Vectors.Count, 300, int.MaxValue);
        Assert.Equal(expected.Catalogue, actual.Catalogue);
        Assert.Equal(expected.Keywords, actual.Keywords);
        Assert.Equal(expected.Vectors.Keys.Order(StringComparer.Ordinal), actual.Vectors.Keys.Order(StringComparer.Ordinal));

        // To the last bit within one kind of store; the other kind rounds and compares in its own way.
        var rounding = from == to ? 0 : Rounding;
        Assert.All(expected.Vectors, found => Assert.InRange(actual.Vectors[found.Key], found.Value - rounding, found.Value + rounding));
    }

    [Fact]
    public async Task What_is_in_a_store_has_one_digest_whichever_way_it_went()
    {
        await using var first = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var second = await StorePlace.MakeAsync(StoreKind.Postgres);
        await using var third = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var copied = await StorePlace.MakeAsync(StoreKind.Postgres);
        using var sqlite = await Household.OpenAsync(first);
        using var postgres = second.Open();
        using var sqliteAgain = third.Open();
        using var copy = copied.Open();

        var direct = await new StoreCopy(sqlite.Store, copy.Store, TimeProvider.System).RunAsync(_ => { }, Token);
        var there = await RestoreAsync(await _bench.BackUpAsync(sqlite, "1.synapse"), postgres);
        var back = await RestoreAsync(await _bench.BackUpAsync(postgres, "2.synapse"), sqliteAgain);

        string Digests(CopyReport report) => string.Join(' ', report.Collections.Select(collection => collection.Digest));
        Assert.Equal(Digests(direct), Digests(there));
        Assert.Equal(Digests(direct), Digests(back));
    }

    [Fact]
    public async Task A_backup_shows_one_commit_though_others_commit_meanwhile()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var restored = await StorePlace.MakeAsync(StoreKind.Sqlite);
        using var source = await Household.OpenAsync(original);
        using var target = restored.Open();
        var before = await Findings.OfAsync(source);
        var large = await Household.FindAsync(source.Store, "large");
        var folder = (await source.Store.ListSourcesAsync(AccessScope.Everything, large.Id, Token))[0];
        var commits = 0;

        // At each of its first writes the archive waits for changes, so that they fall between its reads.
        await using (var file = File.Create(_bench["online.synapse"]))
        await using (var disturbed = new DisturbedStream(file, ChangeAsync))
        {
            await new ArchiveWriting(source.Store, TimeProvider.System).WriteStoreAsync(disturbed, [], _ => { }, Token);
        }

        await RestoreAsync(_bench["online.synapse"], target);
        var (now, actual) = (await Findings.OfAsync(source), await Findings.OfAsync(target));
        Assert.Equal(6, commits);
        Assert.NotEqual(before.Catalogue, now.Catalogue);
        Assert.Equal(before.Catalogue, actual.Catalogue);
        Assert.Equal(before.Keywords, actual.Keywords);
        Assert.Equal(before.Vectors, actual.Vectors);

        async Task ChangeAsync()
        {
            if (++commits < 6)
            {
                var documents = await source.Store.ListDocumentsAsync(AccessScope.Everything, large.Id, null, 5, Token);
                await source.Store.CommitAsync(
                    new IngestionBatch(large.Id, [TestDocuments.Make(folder.Id, "folder3/Document3.txt", $"alpha changed {commits}"), TestDocuments.Make(folder.Id, $"new{commits}.txt", "beta gamma")], [.. documents.Select(each => each.Id)], []), Token);
            }
            else
            {
                await source.Store.RemoveCollectionAsync(AccessScope.Everything, (await Household.FindAsync(source.Store, "moving")).Id, Token);
            }
        }
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_backup_of_a_store_that_switches_its_model_has_what_is_searched(StoreKind kind)
    {
        await using var original = await StorePlace.MakeAsync(kind);
        await using var restored = await StorePlace.MakeAsync(StoreKind.Sqlite);
        using var source = await Household.OpenAsync(original);
        using var target = restored.Open();
        var large = await Household.FindAsync(source.Store, "large");
        await source.Switching.BeginSwitchAsync(large.Id, Household.Newer, SwitchWish.Hold, Token);

        await RestoreAsync(await _bench.BackUpAsync(source), target);

        var (expected, actual) = (await Findings.OfAsync(source), await Findings.OfAsync(target));
        Assert.Equal(expected.Keywords, actual.Keywords);
        Assert.Equal(expected.Vectors.Keys.Order(StringComparer.Ordinal), actual.Vectors.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(await target.Switching.ListSwitchesAsync(AccessScope.Everything, Token));
    }

    [Fact]
    public async Task A_restore_that_broke_off_goes_on_with_its_backup_and_with_no_other()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var restored = await StorePlace.MakeAsync(StoreKind.Sqlite);
        using var source = await Household.OpenAsync(original);
        using var target = restored.Open();
        var path = await _bench.BackUpAsync(source);
        var other = await _bench.MakeSmallAsync();

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => RestoreAsync(path, target, progress => throw new InvalidTimeZoneException(progress.ToString())));
        await Assert.ThrowsAsync<CopyRefusedException>(() => RestoreAsync(other, target));
        var report = await RestoreAsync(path, target);

        Assert.True(report.Resumed);
        Assert.Equal((await Findings.OfAsync(source)).Keywords, (await Findings.OfAsync(target)).Keywords);
        await Assert.ThrowsAsync<CopyRefusedException>(() => RestoreAsync(path, target));
    }

    private static async Task<CopyReport> RestoreAsync(string path, OpenStore target, Action<CopyProgress>? report = null)
    {
        using var archive = StoreArchive.Open(path, ArchiveContent.Store);
        await archive.CheckAsync(TimeProvider.System, _ => { }, Token);
        return await new StoreCopy(archive, target.Store, TimeProvider.System).RunAsync(report ?? (_ => { }), Token);
    }

    /// <summary>Lets somebody do something before each of the first writes.</summary>
    private sealed class DisturbedStream(Stream inner, Func<Task> disturb) : Stream
    {
        private int _left = 6;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left-- > 0)
            {
                await disturb();
            }

            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
