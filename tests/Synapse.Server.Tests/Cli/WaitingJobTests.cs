using System.Net.ServerSentEvents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Synapse.Cli;
using Synapse.Cli.Commands;
using Synapse.Contracts;

namespace Synapse.Server.Tests.Cli;

/// <summary>A command beside a server whose job cannot go on.</summary>
public sealed class WaitingJobTests
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact(Timeout = 30_000)]
    public async Task A_command_ends_with_the_reason_instead_of_waiting_for_space_on_the_disk()
    {
        await using var server = WebApplication.CreateSlimBuilder().Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapPost("/api/v1/sources", () => new SourceAddedResponse(new SourceResponse(1, "docs", "folder", "/docs", s_time), Job("queued")));
        server.MapGet("/api/v1/jobs/1/events", (CancellationToken cancellationToken) => TypedResults.ServerSentEvents(EventsAsync(cancellationToken)));
        await server.StartAsync(TestContext.Current.CancellationToken);
        using var client = new SynapseClient(server.Urls.Single(), "token");

        var error = await Assert.ThrowsAsync<SynapseApiException>(
            () => PathIndexing.AddAsync(client, "/docs", null, localOnly: false, json: true, TestContext.Current.CancellationToken));

        Assert.Equal(("disk_full", "The disk is full."), (error.Code, error.Message));
        Assert.Equal(ExitCodes.Failed, ExitCodes.Of(error));
    }

    // As a server that waits does, this one sends nothing more.
    private static async IAsyncEnumerable<SseItem<JobResponse>> EventsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new SseItem<JobResponse>(Job("running"), "progress");
        yield return new SseItem<JobResponse>(Job("waiting") with { ErrorCode = "disk_full", ErrorMessage = "The disk is full." }, "progress");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private static JobResponse Job(string state)
        => new(1, "docs", 1, state, false, s_time, null, null, 1, new JobProgressResponse(0, 0, 0, 0, 0, 0, 0, 0, 0, false), null, null);
}
