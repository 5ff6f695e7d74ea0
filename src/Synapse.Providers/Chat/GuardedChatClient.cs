using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Chat;

/// <summary>What the chat clients of all kinds have in common: the reply is read to its true end, below a time limit for the whole.</summary>
internal abstract class GuardedChatClient(ProviderSettings settings, string model, FailureClassifier classifier, TimeProvider time) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(ProviderNames.Of(settings.Kind), settings.Endpoint, model);

    protected ProviderSettings Settings { get; } = settings;

    protected string Model { get; } = model;

    protected FailureClassifier Classifier { get; } = classifier;

    /// <summary>Whether replies are JSON lines rather than server-sent events.</summary>
    protected virtual bool JsonLines => false;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        => GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reply = NewReply();
        using var total = new CancellationTokenSource(Settings.Timeouts.Total, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(total.Token, cancellationToken);
        await using var pieces = ReadAsync(reply, messages as IReadOnlyList<ChatMessage> ?? [.. messages], options, linked.Token).GetAsyncEnumerator(linked.Token);
        while (await NextAsync(pieces, total.Token, cancellationToken))
        {
            AIContent content = pieces.Current.IsReasoning ? new TextReasoningContent(pieces.Current.Text) : new TextContent(pieces.Current.Text);
            yield return new(ChatRole.Assistant, [content]) { ModelId = Model };
        }

        yield return new(ChatRole.Assistant, Usage(reply)) { ModelId = Model, FinishReason = Reason(reply.Finish) };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
        => serviceKey is not null ? null : serviceType == typeof(ChatClientMetadata) ? _metadata : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The connection belongs to the provider.
    }

    /// <summary>Makes the listener for one reply.</summary>
    protected abstract StreamReply NewReply();

    /// <summary>Sends the request.</summary>
    /// <returns>The reply whose headers are there; disposing it closes the connection.</returns>
    protected abstract Task<OpenReply> SendAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken);

    private async IAsyncEnumerable<StreamPiece> ReadAsync(StreamReply reply, IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var open = await SendAsync(messages, options, cancellationToken);
        var splitter = new ThoughtSplitter();
        var ready = new List<StreamPiece>();
        var stream = new GuardedStream(reply, JsonLines, Settings.Timeouts, Classifier, time);
        await foreach (var piece in stream.ReadAsync(open.Body, cancellationToken))
        {
            if (piece.IsReasoning)
            {
                yield return piece;
                continue;
            }

            splitter.Accept(piece.Text, ready);
            foreach (var split in ready)
            {
                yield return split;
            }

            ready.Clear();
        }

        open.IsRead = true;
        splitter.Complete(ready);
        foreach (var rest in ready)
        {
            yield return rest;
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<StreamPiece> pieces, CancellationToken total, CancellationToken cancellationToken)
    {
        try
        {
            return await pieces.MoveNextAsync();
        }
        catch (OperationCanceledException exception) when (total.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WireException(Classifier.Interrupted($"not over after {Settings.Timeouts.Total}") with { NeverRetry = true }, exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or WireException or SynapseException) && Inner(exception) is { } inner)
        {
            // A client library put its own exception around ours.
            throw inner;
        }
    }

    private static Exception? Inner(Exception exception)
    {
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is WireException or SynapseException)
            {
                return inner;
            }
        }

        return null;
    }

    private static List<AIContent> Usage(StreamReply reply)
        => reply.Usage is { } usage
            ? [new UsageContent(new() { InputTokenCount = usage.InputTokens, OutputTokenCount = usage.OutputTokens, TotalTokenCount = usage.InputTokens + usage.OutputTokens })]
            : [];

    private static ChatFinishReason Reason(ChatFinish? finish) => finish switch
    {
        ChatFinish.Truncated => ChatFinishReason.Length,
        ChatFinish.Filtered => ChatFinishReason.ContentFilter,
        _ => ChatFinishReason.Stop,
    };
}
