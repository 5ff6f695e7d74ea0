using System.Net;
using System.Net.Http.Headers;
using Synapse.Contracts;
using Synapse.Server.Features.Archives;
using Synapse.Server.Tests.Team;
using Synapse.Server.Tests.TestSupport;
using Synapse.Storage.Archiving;

namespace Synapse.Server.Tests.Features;

/// <summary>Backups and exports over HTTP, and collections that come back.</summary>
public sealed class ArchiveApiTests(RunningServer server) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Incoming => Path.Combine(server.DataPath, "incoming");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_backup_is_read_by_programs_while_the_server_runs()
    {
        using var program = server.Program();
        using var response = await program.GetAsync("/api/v1/backup", Cancel);
        Assert.Equal((HttpStatusCode.OK, "application/zip"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Matches(@"^synapse-\d{8}-\d{6}\.synapse$", response.Content.Headers.ContentDisposition!.FileName);

        var path = Path.Combine(_folder.Path, "backup.synapse");
        await File.WriteAllBytesAsync(path, await response.Content.ReadAsByteArrayAsync(Cancel), Cancel);
        using var archive = StoreArchive.Open(path, ArchiveContent.Store);
        var held = await archive.CheckAsync(TimeProvider.System, _ => { }, Cancel);
        Assert.Contains(held.Collections, collection => collection is { Name: "sample", Documents: 3 });

        // The token is a secret of the data folder, and in no entry.
        Assert.DoesNotContain(server.Token, System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(path, Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_reads_a_collection_and_not_the_whole_store()
    {
        using var browser = server.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", await server.SignInAsync());
        using var collection = await browser.GetAsync("/api/v1/collections/sample/export", Cancel);
        using var store = await browser.GetAsync("/api/v1/backup", Cancel);
        using var missing = await browser.GetAsync("/api/v1/collections/missing/export", Cancel);

        Assert.Equal((HttpStatusCode.OK, "sample.synapse"), (collection.StatusCode, collection.Content.Headers.ContentDisposition!.FileName));
        Assert.Equal(HttpStatusCode.Unauthorized, store.StatusCode);
        Assert.Equal("collection_not_found", (await missing.ReadProblemAsync()).Code);
    }

    [Fact]
    public async Task A_collection_goes_to_another_server_and_is_searched_there_at_once_with_the_same_scores()
    {
        await using var other = await TeamServer.StartAloneAsync(_folder, "other");
        var request = new SearchRequest("notice period", ["sample"]);
        await using var exported = await server.Client.ReadCollectionAsync("sample", Cancel);
        var imported = await other.Client.UploadCollectionAsync(exported, cancellationToken: Cancel);

        Assert.Equal(("sample", 3L, true, false), (imported.Collection, imported.Documents, imported.ModelConfigured, imported.Resumed));
        var (expected, actual) = (await server.Client.SearchAsync(request, Cancel), await other.Client.SearchAsync(request, Cancel));
        Assert.NotEmpty(expected.Hits);
        Assert.Equal(
            expected.Hits.Select(hit => (hit.Document, hit.StartLine, hit.Score, string.Join(',', hit.Explain))), actual.Hits.Select(hit => (hit.Document, hit.StartLine, hit.Score, string.Join(',', hit.Explain))));
        Assert.Contains(expected.Hits, hit => hit.Explain.ContainsKey("vector"));

        var source = Assert.Single((await other.Client.ListSourcesAsync("sample", Cancel)).Sources);
        Assert.Equal(("imported", server.SamplePath), (source.Kind, source.Location));
        Assert.Empty((await other.Client.ListJobsAsync(cancellationToken: Cancel)).Jobs);

        // Whoever adds the folder goes on with what was imported: nothing is read that has not changed.
        var added = await other.Client.AddSourceAsync(new AddSourceRequest(server.SamplePath, "sample"), Cancel);
        var job = added.Job;
        await foreach (var state in other.Client.FollowJobAsync(added.Job.Id, Cancel))
        {
            job = state;
        }

        Assert.Equal(("folder", source.Id), (added.Source.Kind, added.Source.Id));
        Assert.Equal(("completed", 0L, 0L, 0L), (job.State, job.Progress.DocumentsAdded, job.Progress.DocumentsChanged, job.Progress.DocumentsRemoved));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_told_and_another_one_helps()
    {
        using var program = server.Program();
        var archive = await program.GetByteArrayAsync("/api/v1/collections/sample/export", Cancel);
        var taken = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.UploadCollectionAsync(new MemoryStream(archive), cancellationToken: Cancel));
        var wrong = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.UploadCollectionAsync(new MemoryStream(archive), "a/b", Cancel));
        var imported = await server.Client.UploadCollectionAsync(new MemoryStream(archive), "sample again", Cancel);
        await server.Client.DeleteCollectionAsync("sample again", Cancel);

        Assert.Equal((409, "collection_exists", 400, "invalid_collection_name"), (taken.Status, taken.Code, wrong.Status, wrong.Code));
        Assert.Equal("sample again", imported.Collection);
        Assert.Empty(Directory.EnumerateFiles(Incoming));
    }

    [Fact]
    public async Task What_is_damaged_or_too_large_or_something_else_is_refused_and_not_kept()
    {
        using var program = server.Program();
        var archive = await program.GetByteArrayAsync("/api/v1/collections/sample/export", Cancel);
        archive[archive.Length / 3] ^= 4;
        var store = await program.GetByteArrayAsync("/api/v1/backup", Cancel);
        var left = Directory.CreateDirectory(Incoming).FullName;
        await File.WriteAllTextAsync(Path.Combine(left, "left by a kill.synapse"), "x", Cancel);

        var damaged = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.UploadCollectionAsync(new MemoryStream(archive), "damaged", Cancel));
        var other = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.UploadCollectionAsync(new MemoryStream(store), "other", Cancel));
        // More than any other body may have, and less than an archive.
        var large = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.UploadCollectionAsync(new MemoryStream(new byte[3 << 20]), "large", Cancel));
        using var huge = new HttpRequestMessage(HttpMethod.Post, "/api/v1/collections/import") { Content = new ByteArrayContent([]) };
        huge.Content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        huge.Content.Headers.ContentLength = ArchiveEndpoints.MaxUploadBytes + 1;
        huge.Headers.ExpectContinue = true;
        using var tooLarge = await program.SendAsync(huge, Cancel);

        Assert.Equal((400, "archive_damaged", 400, "archive_unsuitable", 400, "archive_damaged"), (damaged.Status, damaged.Code, other.Status, other.Code, large.Status, large.Code));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "request_too_large"), (tooLarge.StatusCode, (await tooLarge.ReadProblemAsync()).Code));
        Assert.DoesNotContain((await server.Client.ListCollectionsAsync(Cancel)).Collections, collection => collection.Name is "damaged" or "other");
        Assert.Empty(Directory.EnumerateFiles(Incoming));
    }

    [Theory]
    [InlineData("/api/v1/backups", """{"path":"/tmp/never-written.synapse"}""")]
    [InlineData("/api/v1/exports", """{"collection":"sample","path":"/tmp/never-written.synapse"}""")]
    [InlineData("/api/v1/imports", """{"path":"/etc/hostname"}""")]
    public async Task Files_of_the_machine_are_named_over_the_socket_alone(string path, string body)
    {
        using var program = server.Program();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await program.PostAsync(path, content, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.False(File.Exists("/tmp/never-written.synapse"));
    }

    [Fact]
    public async Task The_command_line_backs_up_beside_a_running_server_and_restores_prompts_along()
    {
        var prompts = Directory.CreateDirectory(Path.Combine(_folder.Path, "first", "prompts")).FullName;
        await File.WriteAllTextAsync(Path.Combine(prompts, "rewrite.md"), "Say it so that it stands alone.\n{{history}}\n{{boundary}}\n{{question}}\n", Cancel);
        await using var first = await TeamServer.StartAloneAsync(_folder, "first");
        var added = await first.Client.AddSourceAsync(new AddSourceRequest(server.SamplePath, "sample"), Cancel);
        await foreach (var _ in first.Client.FollowJobAsync(added.Job.Id, Cancel))
        {
        }

        var data = Path.Combine(_folder.Path, "first");
        var file = Path.Combine(_folder.Path, "backup.synapse");
        var backup = await CommandLineRun.StartAsync(data, "backup", file, "--json");
        var streamed = Path.Combine(_folder.Path, "streamed.synapse");
        var start = CommandLineRun.Describe(_folder.Path, data, "backup", "-");
        start.StandardOutputEncoding = System.Text.Encoding.Latin1;
        var piped = await CommandLineRun.CompleteAsync(start);
        await File.WriteAllTextAsync(streamed, piped.Output, System.Text.Encoding.Latin1, Cancel);
        var check = await CommandLineRun.StartAsync(data, "restore", streamed, "--check");
        var inUse = await CommandLineRun.StartAsync(data, "restore", file, "--json");
        var second = Path.Combine(_folder.Path, "second");
        var restored = await CommandLineRun.StartAsync(second, "restore", file);
        var found = await CommandLineRun.StartAsync(second, "search", "notice period", "--json");
        var expected = await first.Client.SearchAsync(new SearchRequest("notice period"), Cancel);

        Assert.Equal((0, 0, 0, 2, 0, 0), (backup.ExitCode, piped.ExitCode, check.ExitCode, inUse.ExitCode, restored.ExitCode, found.ExitCode));
        Assert.Equal("prompts/rewrite.md", Assert.Single(backup.Json.GetProperty("files").EnumerateArray()).GetString());
        Assert.Contains("Everything in it was read", check.Output, StringComparison.Ordinal);
        Assert.Equal("store_in_use", inUse.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("Backup and store were compared, and are the same.", restored.Output, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(prompts, "rewrite.md"), Cancel), await File.ReadAllTextAsync(Path.Combine(second, "prompts", "rewrite.md"), Cancel));
        Assert.Equal(expected.Hits.Select(hit => hit.Score), found.Json.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("score").GetDouble()));
    }

    [Theory]
    [InlineData("backup", "-", "--json")]
    [InlineData("restore", null, null)]
    [InlineData("collections", "export", null)]
    public async Task A_command_line_that_cannot_be_meant_is_refused(string command, string? first, string? second)
    {
        string[] arguments = [.. new[] { command, first, second }.OfType<string>()];
        Assert.Equal(2, (await CommandLineRun.StartAsync(_folder.Path, arguments)).ExitCode);
    }
}
