using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Storage.Copying;

namespace Synapse.Server.Wire;

/// <summary>Lets a caller follow work on an archive as events, or wait for its end.</summary>
internal static class ArchiveProgress
{
    /// <summary>Does the work, and tells the caller as the request asks for it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="completed">Name of the last event.</param>
    /// <param name="work">The work; it is told where to report.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<Results<Ok<T>, ServerSentEventsResult<object>>> FollowAsync<T>(
        HttpRequest http, string completed, Func<Action<CopyProgress>, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        where T : class
        => http.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase))
            ? TypedResults.ServerSentEvents(ToEventsAsync(completed, work, cancellationToken).WithErrorEventAsync(cancellationToken))
            : TypedResults.Ok(await work(static _ => { }, cancellationToken));

    private static async IAsyncEnumerable<SseItem<object>> ToEventsAsync<T>(
        string completed, Func<Action<CopyProgress>, CancellationToken, Task<T>> work, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        // A caller that reads slowly does not hold up the work, and is told how far it is now.
        var reports = Channel.CreateBounded<CopyProgress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = Task.Run(() => work(progress => reports.Writer.TryWrite(progress), stop.Token), CancellationToken.None);
        _ = working.ContinueWith(_ => reports.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var progress in reports.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return new SseItem<object>(progress.ToResponse(), "progress");
            }

            yield return new SseItem<object>(await working, completed);
        }
        finally
        {
            // The caller has left: nothing goes on behind their back.
            await stop.CancelAsync();
            await working.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
