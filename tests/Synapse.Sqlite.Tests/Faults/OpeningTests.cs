using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Sqlite.Migrations;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests.Faults;

public sealed class OpeningTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_store_on_the_folder_is_refused_until_the_first_is_closed()
    {
        _ = _folder.Store;
        Assert.Throws<DataFolderInUseException>(() => SqliteStore.Open(_folder.Path, TimeProvider.System, NullLogger<SqliteStore>.Instance));
        _folder.Reopen();
    }

    [Fact]
    public void A_store_is_made_for_its_owner_only()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var made = Path.Combine(_folder.Path, "made");
        using (SqliteStore.Open(made, TimeProvider.System, NullLogger<SqliteStore>.Instance))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(made));
            foreach (var file in Directory.GetFiles(made))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public void A_newer_store_is_refused_and_left_alone()
    {
        _ = _folder.Store;
        _folder.Close();
        _folder.Execute("PRAGMA user_version = 99");
        var refused = Assert.Throws<StoreNewerException>(() => _folder.Store);
        Assert.Contains("99", refused.Message, StringComparison.Ordinal);
        _folder.Execute($"PRAGMA user_version = {SchemaMigrations.Latest}");
        _ = _folder.Store;
    }

    [Theory]
    [InlineData("not a database at all, but a text of more than a hundred bytes that someone put in its place, perhaps by a wrong copy")]
    [InlineData("SQLite format 3")]
    public void A_file_that_is_no_database_is_called_corrupt(string content)
    {
        File.WriteAllText(_folder.Database, content);
        Assert.Throws<StoreCorruptException>(() => _folder.Store);
    }

    [Fact]
    public void A_database_of_another_program_is_not_touched()
    {
        _folder.Execute("CREATE TABLE theirs(x)");
        Assert.Throws<StoreCorruptException>(() => _folder.Store);
        _folder.Execute("INSERT INTO theirs VALUES(1)");
    }

    [Fact]
    public async Task A_changed_byte_in_a_segment_is_found_at_start()
    {
        await FillAsync();
        _folder.Execute("UPDATE segment_parts SET bytes = CAST(substr(bytes, 1, 200) || X'FF' || substr(bytes, 202) AS BLOB) WHERE id = (SELECT min(id) FROM segment_parts)");
        Assert.Contains("not as it was written", Assert.Throws<StoreCorruptException>(() => _folder.Store).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_byte_in_a_text_is_found_when_the_text_is_read()
    {
        await FillAsync();
        _folder.Execute("UPDATE document_text SET bytes = CAST('grape' || substr(bytes, 6) AS BLOB) WHERE id = (SELECT min(id) FROM document_text)");
        var documents = await _folder.Store.ListDocumentsAsync(AccessScope.Everything, 1, null, 50, Token);
        var first = documents.MinBy(document => document.Id)!;
        var damaged = await Assert.ThrowsAsync<StoreCorruptException>(() => _folder.Store.ReadTextAsync(AccessScope.Everything, first.Id, Token).AsTask());
        Assert.Contains($"document {first.Id} is not as it was written", damaged.Message, StringComparison.Ordinal);
        foreach (var other in documents.Where(document => document != first))
        {
            Assert.StartsWith("apple", await _folder.Store.ReadTextAsync(AccessScope.Everything, other.Id, Token), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_store_of_the_first_schema_is_brought_to_the_latest_with_all_that_it_holds()
    {
        await FillAsync();
        _folder.Execute(FirstSchema.Return);
        var documents = await _folder.Store.ListDocumentsAsync(AccessScope.Everything, 1, null, 100, Token);
        Assert.Equal(50, documents.Count);
        Assert.StartsWith("apple", await _folder.Store.ReadTextAsync(AccessScope.Everything, documents[0].Id, Token), StringComparison.Ordinal);
        _folder.Close();
        Assert.Equal(SchemaMigrations.Latest, _folder.Count("SELECT user_version FROM pragma_user_version"));
    }

    [Theory]
    [InlineData("DELETE FROM segment_parts WHERE id = (SELECT max(id) FROM segment_parts)")]
    [InlineData("UPDATE collections SET chunk_count = chunk_count + 1")]
    [InlineData("INSERT INTO tombstones(segment_id, document) SELECT id, 999 FROM segments")]
    public async Task Parts_that_do_not_agree_are_found_at_start(string damage)
    {
        await FillAsync();
        _folder.Execute(damage);
        Assert.Throws<StoreCorruptException>(() => _folder.Store);
    }

    [Fact]
    public async Task A_file_cut_short_is_called_corrupt()
    {
        await FillAsync();
        using (var file = new FileStream(_folder.Database, FileMode.Open))
        {
            file.SetLength(file.Length / 2 / 8192 * 8192);
        }

        Assert.Throws<StoreCorruptException>(() => _folder.Store);
    }

    [Fact]
    public async Task What_a_killed_merge_left_behind_is_taken_away_at_start()
    {
        await FillAsync();
        _folder.Execute("INSERT INTO segments(collection_id, state, space_id, chunk_count) VALUES(1, 0, 1, 5); INSERT INTO segment_parts VALUES((SELECT max(id) FROM segments) << 20, 0, X'00')");
        _folder.Execute("INSERT INTO segment_parts VALUES(12345 << 20, 0, X'00')");
        Assert.Single(await _folder.Store.ListCollectionsAsync(AccessScope.Everything, Token));
        _folder.Close();
        Assert.Equal(2, _folder.Count("SELECT count(*) FROM segment_parts"));
        Assert.Equal(1, _folder.Count("SELECT count(*) FROM segments"));
    }

    private async Task FillAsync()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await _folder.Store.CommitAsync(
            TestDocuments.Batch(collection.Id, [.. Enumerable.Range(0, 50).Select(i => TestDocuments.Make(source.Id, $"{i}.txt", "apple banana cherry", $"damson {i}"))]), Token);
        _folder.Close();
    }
}
