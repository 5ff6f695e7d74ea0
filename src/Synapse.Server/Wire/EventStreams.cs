using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Synapse.Server.Hosting;

namespace Synapse.Server.Wire;

/// <summary>How streams of events fail: before the first event as a problem response, after it as one last event named <c>error</c>.</summary>
internal static class EventStreams
{
    /// <summary>Ends the stream with an error event when the source throws after its first event.</summary>
    /// <param name="events">The events; each names its type.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async IAsyncEnumerable<SseItem<object>> WithErrorEventAsync(
        this IAsyncEnumerable<SseItem<object>> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = events.GetAsyncEnumerator(cancellationToken);
        var any = false;
        while (true)
        {
            SseItem<object>? failure = null;
            try
            {
                if (!await items.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (Exception error) when (any && error is not OperationCanceledException)
            {
                failure = new SseItem<object>(ErrorHandler.ToProblem(error), "error");
            }

            if (failure is { } last)
            {
                yield return last;
                yield break;
            }

            any = true;
            yield return items.Current;
        }
    }
}
