using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Synapse.Chat;
using Synapse.Privacy;

namespace Synapse.Answering.Generation;

/// <summary>Runs a request to the chat models in a flow of its own, so that all of it, retries and other providers included, is entered in the ledger as one activity.</summary>
/// <remarks>What flows with an asynchronous iterator is that of whoever takes the next item; an activity begun inside of it would be gone after the first.</remarks>
internal static class ChatPump
{
    // A provider that does not stop in time is left behind; nobody waits for it.
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Asks the models.</summary>
    /// <param name="models">The models.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="documents">The documents whose text is carried; read whenever a request leaves.</param>
    /// <param name="time">Limits the wait for a provider to stop.</param>
    /// <param name="cancellationToken">Stops the work at once, whatever the provider does.</param>
    public static async IAsyncEnumerable<ChatEvent> StreamAsync(
        IChatModels models,
        ChatRequest request,
        IReadOnlyCollection<EgressDocument> documents,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateUnbounded<ChatEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var pump = Task.Run(() => PumpAsync(models, request, documents, events.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var next in events.Reader.ReadAllAsync(cancellationToken))
            {
                yield return next;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAny(pump, Task.Delay(s_stopLimit, time, CancellationToken.None));
        }
    }

    private static async Task PumpAsync(
        IChatModels models, ChatRequest request, IReadOnlyCollection<EgressDocument> documents, ChannelWriter<ChatEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            using (EgressActivity.Begin(EgressPurpose.Chat, documents))
            {
                await foreach (var next in models.StreamAsync(request, cancellationToken))
                {
                    events.TryWrite(next);
                }
            }

            events.TryComplete();
        }
        catch (Exception error) when (events.TryComplete(error))
        {
            // Whoever reads the events gets it.
        }
    }
}
