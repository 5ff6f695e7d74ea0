using Synapse.PostgresServers;
using Synapse.StoreCopying.Tests.TestSupport;

namespace Synapse.StoreCopying.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("synapse-copying-home-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Copy_moves_house_and_tells_what_was_copied_and_never_the_password()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var copy = await StorePlace.MakeAsync(StoreKind.Postgres);
        await using var back = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original);
        var passwordFile = Path.Combine(_home, "password");
        await File.WriteAllTextAsync(passwordFile, PostgresServer.Password + "\n", Token);
        var withoutPassword = $"postgres://{PostgresServer.Role}@127.0.0.1:{copy.Database.Server.Port}/{copy.Database.Name}";

        using var there = CopyProcess.Start(_home, passwordFile, "--from", original.Url, "--to", withoutPassword);
        var (exitCode, output, errors) = await there.CompleteAsync();
        using var andBack = CopyProcess.Start(_home, null, "--from", copy.Url, "--to", back.Url, "--json");
        var (backCode, json) = await andBack.CompleteJsonAsync();

        Assert.True(exitCode == 0, errors);
        // 59 of four, one of one, and one of two; the last has none.
        Assert.Contains("large  62 documents, 239 chunks", output, StringComparison.Ordinal);
        Assert.Contains("3 collections and 2 ledger entries copied", output, StringComparison.Ordinal);
        Assert.Contains("Comparing: ", errors, StringComparison.Ordinal);
        Assert.Equal(0, backCode);
        Assert.False(json.GetProperty("resumed").GetBoolean());
        Assert.Contains("sha256:" + json.GetProperty("collections")[0].GetProperty("sha256").GetString(), output, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, output + errors + json, StringComparison.Ordinal);
        using var expected = original.Open();
        using var actual = back.Open();
        Assert.Equal((await Findings.OfAsync(expected)).Keywords, (await Findings.OfAsync(actual)).Keywords);
    }

    [Fact]
    public async Task Copy_that_is_interrupted_says_how_to_go_on()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var copy = await StorePlace.MakeAsync(StoreKind.Postgres);
        await Household.FillAsync(original, 3_000);

        using var stopped = CopyProcess.Start(_home, null, "--from", original.Url, "--to", copy.Url);
        await stopped.HasBegun;
        await stopped.InterruptAsync();
        var (exitCode, _, errors) = await stopped.CompleteAsync();
        using var other = CopyProcess.StartOther(_home, copy.Url, "status", "--json");
        var (otherCode, refusal) = await other.CompleteJsonAsync();
        using var next = CopyProcess.Start(_home, null, "--from", original.Url, "--to", copy.Url, "--json");
        var (nextCode, json) = await next.CompleteJsonAsync();

        Assert.True(exitCode == 130, errors);
        Assert.Contains("run the same command again", errors, StringComparison.Ordinal);
        Assert.Equal((2, "store_unfinished"), (otherCode, refusal.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(0, nextCode);
        Assert.True(json.GetProperty("resumed").GetBoolean());
        using var finished = CopyProcess.StartOther(_home, copy.Url, "status", "--json");
        Assert.Equal(0, (await finished.CompleteJsonAsync()).ExitCode);
    }

    [Fact]
    public async Task Copy_of_a_folder_that_another_process_has_open_is_refused()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var copy = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original, 1);
        using var held = original.Open();

        using var process = CopyProcess.Start(_home, null, "--from", original.Url, "--to", copy.Url, "--json");
        var (exitCode, json) = await process.CompleteJsonAsync();

        Assert.Equal((2, "store_in_use"), (exitCode, json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("Ctrl+C", json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_of_nothing_is_refused_and_makes_nothing()
    {
        await using var empty = await StorePlace.MakeAsync(StoreKind.Postgres);
        await using var copy = await StorePlace.MakeAsync(StoreKind.Sqlite);

        using var ofDatabase = CopyProcess.Start(_home, null, "--from", empty.Url, "--to", copy.Url, "--json");
        var (databaseCode, database) = await ofDatabase.CompleteJsonAsync();
        using var ofFolder = CopyProcess.Start(_home, null, "--from", copy.Url, "--to", empty.Url, "--json");
        var (folderCode, folder) = await ofFolder.CompleteJsonAsync();

        Assert.Equal((1, "store_not_found"), (databaseCode, database.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal((1, "store_not_found"), (folderCode, folder.GetProperty("error").GetProperty("code").GetString()));
        Assert.False(await empty.Database.ScalarAsync<bool>("SELECT to_regnamespace('synapse') IS NOT NULL", Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(copy.Folder));
    }

    [Theory]
    [InlineData("mysql://me:hidden@host/db", "sqlite:///tmp/x", "--from: this is no address of a store")]
    [InlineData("sqlite://hidden/x", "sqlite:///tmp/x", "--from: the path is not absolute")]
    [InlineData("sqlite:///tmp/x", "postgres://me:hidden@host", "--to: it names no database")]
    [InlineData("sqlite:///tmp/x/", "sqlite:///tmp/x", "it is the source itself")]
    [InlineData("sqlite:///tmp/x", "postgres://me:hidden@8.8.8.8/db", "--to: rule 'unencrypted' refuses the database")]
    public async Task A_wrong_address_is_named_without_its_value(string from, string to, string expected)
    {
        using var process = CopyProcess.Start(_home, null, "--from", from, "--to", to);
        var (exitCode, output, errors) = await process.CompleteAsync();

        Assert.Equal((2, ""), (exitCode, output));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", errors, StringComparison.Ordinal);
    }
}
