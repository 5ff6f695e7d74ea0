using System.Diagnostics;
using Synapse.StoreCopying.Tests.TestSupport;

namespace Synapse.StoreCopying.Tests.Archives;

/// <summary><c>synapse backup</c>, <c>restore</c> and <c>collections</c> as processes, over stores that hold all there is.</summary>
public sealed class ArchiveCommandTests : IDisposable
{
    private const int Kills = 6;
    private const int Many = 3_000;
    private readonly ArchiveWorkbench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite)]
    public async Task A_backup_moves_from_one_kind_of_store_to_the_other(StoreKind from, StoreKind to)
    {
        await using var original = await StorePlace.MakeAsync(from);
        await using var other = await StorePlace.MakeAsync(to);
        await Household.FillAsync(original);

        var (code, written) = await JsonAsync(original, "backup", _bench["a.synapse"], "--json");
        var (checkCode, held) = await JsonAsync(other, "restore", _bench["a.synapse"], "--check", "--json");
        var (restoreCode, restored) = await JsonAsync(other, "restore", _bench["a.synapse"], "--json");
        var (againCode, again) = await JsonAsync(other, "restore", _bench["a.synapse"], "--json");

        Assert.Equal((0, 0, 0, 2), (code, checkCode, restoreCode, againCode));
        Assert.Equal(written.GetProperty("sha256").GetString(), held.GetProperty("sha256").GetString());
        Assert.Equal(new FileInfo(_bench["a.synapse"]).Length, written.GetProperty("sizeBytes").GetInt64());
        Assert.Equal(3, restored.GetProperty("collections").GetArrayLength());
        Assert.Equal("copy_refused", again.GetProperty("error").GetProperty("code").GetString());
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(_bench["a.synapse"]) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        using var source = original.Open();
        using var target = other.Open();
        var (expected, actual) = (await Findings.OfAsync(source), await Findings.OfAsync(target));
        Assert.Equal(expected.Catalogue, actual.Catalogue);
        Assert.Equal(expected.Keywords, actual.Keywords);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_when_that_is_said_and_the_new_one_is_whole()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original, 3);
        var path = _bench["a.synapse"];
        await File.WriteAllTextAsync(path, "mine", Token);

        var (refusedCode, refused) = await JsonAsync(original, "backup", path, "--json");
        var before = await File.ReadAllTextAsync(path, Token);
        var (code, _) = await JsonAsync(original, "backup", path, "--replace", "--json");

        Assert.Equal((2, "archive_exists", "mine"), (refusedCode, refused.GetProperty("error").GetProperty("code").GetString(), before));
        Assert.Equal(0, code);
        await ArchiveWorkbench.CheckAsync(path);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task There_is_no_backup_of_nothing(StoreKind kind)
    {
        await using var empty = await StorePlace.MakeAsync(kind);

        var (code, json) = await JsonAsync(empty, "backup", _bench["a.synapse"], "--json");

        Assert.Equal((1, "store_not_found"), (code, json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Folder));
        Assert.Empty(Directory.EnumerateFileSystemEntries(empty.Folder));
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_before_anything_is_written()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var database = await StorePlace.MakeAsync(StoreKind.Postgres);
        await Household.FillAsync(original);
        Assert.Equal(0, (await JsonAsync(original, "backup", _bench["a.synapse"], "--json")).ExitCode);
        var bytes = await File.ReadAllBytesAsync(_bench["a.synapse"], Token);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(_bench["a.synapse"], bytes, Token);

        var (code, json) = await JsonAsync(other, "restore", _bench["a.synapse"], "--json");
        var (databaseCode, _) = await JsonAsync(database, "restore", _bench["a.synapse"], "--json");
        var (importCode, import) = await JsonAsync(other, "collections", "import", _bench["a.synapse"], "--json");

        Assert.Equal((2, "archive_damaged", 2), (code, json.GetProperty("error").GetProperty("code").GetString(), databaseCode));
        Assert.Equal((2, "archive_unsuitable"), (importCode, import.GetProperty("error").GetProperty("code").GetString()));
        Assert.False(await database.Database.ScalarAsync<bool>("SELECT to_regnamespace('synapse') IS NOT NULL", Token));
    }

    [Fact]
    public async Task A_backup_with_a_file_that_is_no_prompt_is_refused_and_no_path_is_made_of_its_name()
    {
        await using var other = await StorePlace.MakeAsync(StoreKind.Sqlite);
        var forged = await _bench.ForgeAsync(
            await _bench.MakeSmallAsync(), (name, content) => name.StartsWith("files/", StringComparison.Ordinal) ? null : content, manifest => manifest with { Files = ["../escaped"] }, ("files/../escaped", "x"u8.ToArray()));

        var (code, json) = await JsonAsync(other, "restore", forged, "--json");

        Assert.Equal((2, "archive_damaged"), (code, json.GetProperty("error").GetProperty("code").GetString()));
        Assert.False(File.Exists(Path.Combine(other.Folder, "..", "escaped")));
        using var store = other.Open();
        Assert.Empty(await store.Store.ListCollectionsAsync(Synapse.Library.AccessScope.Everything, Token));
    }

    [Fact]
    public async Task A_collection_whose_model_is_not_configured_is_imported_and_that_is_said()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original, 3);

        using var export = CopyProcess.StartAny(original, "collections", "export", "large", _bench.Folder);
        var (exportCode, exported, _) = await export.CompleteAsync();
        using var import = CopyProcess.StartAny(other, "collections", "import", _bench["large.synapse"], "--name", "from elsewhere");
        var (importCode, imported, _) = await import.CompleteAsync();
        var (searchCode, found) = await JsonAsync(other, "search", "alpha", "--json");

        Assert.Equal((0, 0, 0), (exportCode, importCode, searchCode));
        Assert.Contains(_bench["large.synapse"], exported, StringComparison.Ordinal);
        Assert.Contains("No model of this configuration is 'test'", imported, StringComparison.Ordinal);
        Assert.Contains("synapse models switch", imported, StringComparison.Ordinal);
        Assert.InRange(found.GetProperty("hits").GetArrayLength(), 1, 10);
    }

    [Fact]
    public async Task A_backup_that_was_killed_leaves_nothing_that_looks_like_one()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original, Many);
        var path = _bench["a.synapse"];
        var random = new Random(20_261_128);
        var usual = Stopwatch.StartNew();
        Assert.Equal(0, (await JsonAsync(original, "backup", _bench["usual.synapse"], "--json")).ExitCode);
        usual.Stop();
        for (var killed = 0; killed < Kills; killed++)
        {
            using var process = CopyProcess.StartAny(original, "backup", path, "--replace");
            await (killed % 2 == 0 ? process.HasBegun : Task.WhenAny(process.HasEnded, Task.Delay(usual.Elapsed * random.NextDouble(), Token)));
            process.Kill();
            await process.CompleteAsync();

            Assert.All(Directory.EnumerateFiles(_bench.Folder).Select(Path.GetFileName), name => Assert.Contains(name, (string[])["usual.synapse", "a.synapse", "a.synapse.partial"]));
            if (File.Exists(path))
            {
                await ArchiveWorkbench.CheckAsync(path);
            }
        }

        Assert.Equal(0, (await JsonAsync(original, "backup", path, "--replace", "--json")).ExitCode);
        Assert.False(File.Exists(path + ".partial"));
        Assert.Equal(0, (await JsonAsync(other, "restore", path, "--json")).ExitCode);
        using var source = original.Open();
        using var target = other.Open();
        Assert.Equal((await Findings.OfAsync(source)).Keywords, (await Findings.OfAsync(target)).Keywords);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_restore_that_was_killed_says_that_it_is_unfinished_and_is_completed_by_the_next_run(StoreKind kind)
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(kind);
        await Household.FillAsync(original, Many);
        Assert.Equal(0, (await JsonAsync(original, "backup", _bench["a.synapse"], "--json")).ExitCode);
        var sawUnfinished = false;
        for (var killed = 0; killed < 3; killed++)
        {
            using var process = CopyProcess.StartAny(other, "restore", _bench["a.synapse"]);
            await process.HasBegun;
            process.Kill();
            if ((await process.CompleteAsync()).ExitCode == 0)
            {
                break;
            }

            var (code, json) = await JsonAsync(other, "status", "--json");
            Assert.Equal((2, "store_unfinished"), (code, json.GetProperty("error").GetProperty("code").GetString()));
            Assert.Contains("synapse restore", json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
            sawUnfinished = true;
        }

        var (lastCode, last) = await JsonAsync(other, "restore", _bench["a.synapse"], "--json");
        Assert.True(sawUnfinished, "Every run was over before it could be killed.");
        Assert.True(lastCode == 0 ? last.GetProperty("resumed").GetBoolean() : last.GetProperty("error").GetProperty("code").GetString() == "copy_refused", last.ToString());
        using var source = original.Open();
        using var target = other.Open();
        var (expected, actual) = (await Findings.OfAsync(source), await Findings.OfAsync(target));
        Assert.Equal(expected.Catalogue, actual.Catalogue);
        Assert.Equal(expected.Keywords, actual.Keywords);
    }

    [Fact]
    public async Task A_backup_that_is_interrupted_says_so_and_leaves_nothing()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original, Many);

        using var process = CopyProcess.StartAny(original, "backup", _bench["a.synapse"]);
        await process.HasBegun;
        await process.InterruptAsync();
        var (code, _, errors) = await process.CompleteAsync();

        Assert.True(code == 130 ? errors.Contains("There is no backup of this run", StringComparison.Ordinal) : code == 0, errors);
        Assert.Equal(code == 0 ? ["a.synapse"] : [], Directory.EnumerateFiles(_bench.Folder).Select(Path.GetFileName));
    }

    // A file system of its own, a megabyte large, which this user may make in a namespace of its own.
    [Fact]
    public async Task A_backup_for_which_the_disk_has_no_room_leaves_nothing_and_says_so()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original, Many);
        var disk = Directory.CreateDirectory(_bench["disk"]).FullName;
        const string Script = "mount -t tmpfs -o size=128k none \"$1\" || exit 77; disk=$1; shift; \"$@\"; code=$?; ls -A \"$disk\" >&2; exit $code";

        using var process = CopyProcess.StartWrapped(original, ["unshare", "-rm", "sh", "-c", Script, "sh", disk], "backup", Path.Combine(disk, "a.synapse"), "--json");
        var (code, output, errors) = await process.CompleteAsync();
        if (code is 77 or 1 && output.Length == 0)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", $"This system does not let an ordinary user make a file system (unshare -rm): {errors}");
        }

        Assert.True(code == 3, output + errors);
        Assert.Contains("\"archive_unwritable\"", output, StringComparison.Ordinal);
        Assert.Contains("the disk is full", output, StringComparison.Ordinal);
        Assert.DoesNotContain("a.synapse", errors, StringComparison.Ordinal);
        using var store = original.Open();
        Assert.Equal(3, (await store.Store.ListCollectionsAsync(Synapse.Library.AccessScope.Everything, Token)).Count);
    }

    private static async Task<(int ExitCode, System.Text.Json.JsonElement Json)> JsonAsync(StorePlace place, params string[] arguments)
    {
        using var process = CopyProcess.StartAny(place, arguments);
        return await process.CompleteJsonAsync();
    }
}
