using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Synapse.Contracts;
using Synapse.Ingestion;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Features;

/// <summary>Collections, sources, jobs and documents over HTTP.</summary>
public sealed class LibraryApiTests(RunningServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collection_is_made_listed_and_removed()
    {
        var made = await server.Client.CreateCollectionAsync(new CreateCollectionRequest("made here"), Cancel);
        Assert.Equal(("made here", 0L), (made.Name, made.DocumentCount));
        Assert.Contains((await server.Client.ListCollectionsAsync(Cancel)).Collections, collection => collection.Name == "made here");

        var twice = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.CreateCollectionAsync(new CreateCollectionRequest("made here"), Cancel));
        Assert.Equal((409, "collection_exists"), (twice.Status, twice.Code));

        await server.Client.DeleteCollectionAsync("made here", Cancel);
        var gone = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.GetCollectionAsync("made here", Cancel));
        Assert.Equal((404, "collection_not_found"), (gone.Status, gone.Code));
    }

    [Fact]
    public async Task A_new_collection_has_the_address_of_its_location_header()
    {
        using var client = server.Program();
        using var made = await client.PostAsync("/api/v1/collections", Json("""{"name":"ümlaut name"}"""), Cancel);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using var read = await client.GetAsync(made.Headers.Location, Cancel);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        await server.Client.DeleteCollectionAsync("ümlaut name", Cancel);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("50%")]
    [InlineData(" ")]
    public async Task A_name_that_breaks_the_rule_is_refused(string name)
    {
        var refused = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.CreateCollectionAsync(new CreateCollectionRequest(name), Cancel));
        Assert.Equal(400, refused.Status);
        Assert.True(refused.Code is "invalid_collection_name" or "validation_failed", refused.Code);
    }

    [Fact]
    public async Task A_folder_is_indexed_and_what_was_left_out_is_told()
    {
        var source = Assert.Single((await server.Client.ListSourcesAsync("sample", Cancel)).Sources);
        Assert.Equal(("folder", server.SamplePath), (source.Kind, source.Location));

        var skipped = Assert.Single((await server.Client.ListSkippedFilesAsync(source.Id, Cancel)).Files);
        Assert.Equal(("logo.bin", "binary"), (skipped.Path, skipped.Reason));

        var job = (await server.Client.ListJobsAsync("sample", cancellationToken: Cancel)).Jobs[^1];
        Assert.Equal(("completed", true, 3L, 1L), (job.State, job.Finished, job.Progress.DocumentsAdded, job.Progress.FilesSkipped));
        Assert.Equal(job, await server.Client.GetJobAsync(job.Id, Cancel));
    }

    [Fact]
    public async Task The_same_path_again_is_the_same_source_and_changes_nothing()
    {
        var before = (await server.Client.ListSourcesAsync("sample", Cancel)).Sources.Single();
        var again = await server.Client.AddSourceAsync(new AddSourceRequest(server.SamplePath, "sample"), Cancel);
        Assert.Equal(before, again.Source);
        var last = await LastAsync(server.Client.FollowJobAsync(again.Job.Id, Cancel));
        Assert.Equal(("completed", 0L, 0L), (last.State, last.Progress.DocumentsAdded, last.Progress.DocumentsChanged));
    }

    [Fact]
    public async Task A_job_is_paused_resumed_and_cancelled_and_one_that_has_ended_stays_as_it_is()
    {
        var job = (await server.Client.ListJobsAsync("sample", cancellationToken: Cancel)).Jobs[^1];
        Assert.Equal("load", job.Priority);
        Assert.Equal(job, await server.Client.PauseJobAsync(job.Id, Cancel));
        Assert.Equal(job, await server.Client.ResumeJobAsync(job.Id, Cancel));
        Assert.Equal(job, await server.Client.CancelJobAsync(job.Id, Cancel));
        foreach (var change in (Func<long, CancellationToken, Task<JobResponse>>[])[server.Client.PauseJobAsync, server.Client.ResumeJobAsync])
        {
            var gone = await Assert.ThrowsAsync<SynapseApiException>(() => change(9_999_999, Cancel));
            Assert.Equal((404, "job_not_found"), (gone.Status, gone.Code));
        }
    }

    [Fact]
    public async Task A_job_whose_folder_is_gone_waits_says_so_and_can_be_paused_resumed_and_cancelled()
    {
        using var folder = new TemporaryFolder();
        var path = SampleDocuments.WriteTo(folder, "moved away");
        var added = await server.Client.AddSourceAsync(new AddSourceRequest(path), Cancel);
        await LastAsync(server.Client.FollowJobAsync(added.Job.Id, Cancel));
        Directory.Move(path, path + " elsewhere");
        var asked = await server.Services.GetRequiredService<IngestionQueue>().EnqueueAsync(added.Source.Id, Cancel);
        JobResponse? waiting = null;
        await foreach (var job in server.Client.FollowJobAsync(asked.Id, Cancel))
        {
            if (job.State == "waiting")
            {
                waiting = job;
                break;
            }
        }

        Assert.Equal("source_unseen", waiting!.ErrorCode);
        Assert.Equal(3, (await server.Client.GetCollectionAsync("moved away", Cancel)).DocumentCount);
        Assert.Equal("paused", (await server.Client.PauseJobAsync(waiting.Id, Cancel)).State);
        Assert.Equal("queued", (await server.Client.ResumeJobAsync(waiting.Id, Cancel)).State);
        Assert.Equal("cancelled", (await server.Client.CancelJobAsync(waiting.Id, Cancel)).State);
        await server.Client.DeleteCollectionAsync("moved away", Cancel);
    }

    [Fact]
    public async Task A_source_that_is_removed_takes_its_documents_along()
    {
        using var folder = new TemporaryFolder();
        var path = SampleDocuments.WriteTo(folder, "to remove");
        var added = await server.Client.AddSourceAsync(new AddSourceRequest(path), Cancel);
        Assert.Equal("to remove", added.Source.Collection);
        await LastAsync(server.Client.FollowJobAsync(added.Job.Id, Cancel));
        Assert.Equal(3, (await server.Client.GetCollectionAsync("to remove", Cancel)).DocumentCount);

        await server.Client.DeleteSourceAsync(added.Source.Id, Cancel);
        Assert.Equal(0, (await server.Client.GetCollectionAsync("to remove", Cancel)).DocumentCount);
        var gone = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.DeleteSourceAsync(added.Source.Id, Cancel));
        Assert.Equal((404, "source_not_found"), (gone.Status, gone.Code));
        await server.Client.DeleteCollectionAsync("to remove", Cancel);
    }

    [Theory]
    [InlineData("/no/such/folder", "path_not_found", "does not exist")]
    [InlineData("relative/folder", "path_not_found", "is not an absolute path")]
    [InlineData("/proc", "path_not_allowed", "belongs to the system")]
    public async Task A_path_that_cannot_be_indexed_is_refused_with_its_reason(string path, string code, string reason)
    {
        var refused = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.AddSourceAsync(new AddSourceRequest(path), Cancel));
        Assert.Equal((400, code), (refused.Status, refused.Code));
        Assert.Contains($"'{path}' ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_folder_is_not_indexed()
    {
        var refused = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.AddSourceAsync(new AddSourceRequest(server.DataPath), Cancel));
        Assert.Equal("path_not_allowed", refused.Code);
    }

    [Fact]
    public async Task Documents_come_in_pages_by_path()
    {
        var paths = new List<string>();
        string? after = null;
        do
        {
            var page = await server.Client.ListDocumentsAsync("sample", after, limit: 1, Cancel);
            paths.AddRange(page.Documents.Select(document => document.Path));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(["lease.md", "page.html", "src/RetryPolicy.cs"], paths);
    }

    [Fact]
    public async Task A_page_mark_that_is_none_is_refused()
    {
        var refused = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.ListDocumentsAsync("sample", "!!", cancellationToken: Cancel));
        Assert.Equal((400, ErrorCodes.BadRequest), (refused.Status, refused.Code));
    }

    [Theory]
    [InlineData(1, 1, "# Lease", 1)]
    [InlineData(5, 5, SampleDocuments.Quote, 5)]
    [InlineData(1, 3, "# Lease\n\n## Notice", 3)]
    [InlineData(400, 500, "", 399)]
    public async Task Text_is_read_by_lines(int startLine, int endLine, string text, int lastLine)
    {
        var document = await DocumentAsync("lease.md");
        var read = await server.Client.GetDocumentTextAsync(document.Id, startLine, endLine, Cancel);
        Assert.Equal((startLine, lastLine, text), (read.StartLine, read.EndLine, read.Text));
    }

    [Fact]
    public async Task The_whole_text_comes_when_no_end_is_named()
    {
        var document = await DocumentAsync("lease.md");
        var read = await server.Client.GetDocumentTextAsync(document.Id, cancellationToken: Cancel);
        Assert.StartsWith("# Lease\n", read.Text, StringComparison.Ordinal);
        Assert.Contains("third working day", read.Text, StringComparison.Ordinal);
        Assert.Equal(document.LineCount, read.LineCount);
    }

    [Fact]
    public async Task A_page_that_was_indexed_is_only_ever_handed_out_as_a_file_to_save()
    {
        var document = await DocumentAsync("page.html");
        using var client = server.Program();
        using var response = await client.GetAsync($"/api/v1/documents/{document.Id}/raw", Cancel);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("page.html", response.Content.Headers.ContentDisposition?.FileName);
        Assert.Contains("sandbox", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("alert", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_not_there_is_not_found()
    {
        var gone = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.GetDocumentAsync(999_999, Cancel));
        Assert.Equal((404, "document_not_found"), (gone.Status, gone.Code));
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_a_problem_before_the_stream_begins()
    {
        using var client = server.Program();
        using var response = await client.GetAsync("/api/v1/jobs/999999/events", Cancel);
        Assert.Equal("job_not_found", (await response.ReadProblemAsync()).Code);
    }

    [Fact]
    public async Task The_events_of_a_job_are_named_and_end_with_finished()
    {
        var job = (await server.Client.ListJobsAsync("sample", cancellationToken: Cancel)).Jobs[^1];
        using var client = server.Program();
        using var response = await client.GetAsync($"/api/v1/jobs/{job.Id}/events", Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("event: finished\ndata: {\"id\":", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_a_job_that_has_ended_changes_nothing()
    {
        var job = (await server.Client.ListJobsAsync("sample", cancellationToken: Cancel)).Jobs[^1];
        Assert.Equal(job, await server.Client.CancelJobAsync(job.Id, Cancel));
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static async Task<JobResponse> LastAsync(IAsyncEnumerable<JobResponse> jobs)
    {
        JobResponse? last = null;
        await foreach (var job in jobs)
        {
            last = job;
        }

        Assert.NotNull(last);
        Assert.True(last.Finished);
        return last;
    }

    private async Task<DocumentResponse> DocumentAsync(string path)
        => (await server.Client.ListDocumentsAsync("sample", cancellationToken: Cancel)).Documents.Single(document => document.Path == path);
}
