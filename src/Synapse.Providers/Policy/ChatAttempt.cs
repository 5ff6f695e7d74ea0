using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Discovery;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>The dealings of one request with one provider, its retries included.</summary>
internal sealed class ChatAttempt(ProviderConnection provider, ChatRequest request, string model, IEgress egress, TimeProvider time)
{
    /// <summary>Tokens that a thinking model gets on top, so that its thoughts do not use up the answer.</summary>
    private const int RoomForThoughts = 4_096;

    /// <summary>Below this share of our own count, which is at most a little more than twice the real one, a server has hardly read the whole prompt.</summary>
    private const double ShareOfCutPrompt = 0.3;

    private const int LeastToSuspect = 2_000;

    private readonly long _begun = time.GetTimestamp();
    private TimeSpan? _refused;
    private bool _wasShrunk;
    private long _estimated;

    /// <summary>The model that is asked.</summary>
    public string Model { get; } = model;

    /// <summary>How often the request was sent again.</summary>
    public int Retries { get; private set; }

    /// <summary>Whether the server counted so few tokens that it must have cut the prompt without a word.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Whether a person has seen some of the text.</summary>
    public bool HasShown { get; private set; }

    /// <summary>The description that the last prompt was made for.</summary>
    public ChatModelDescription? Description { get; private set; }

    /// <summary>The model that refused the prompt as too long; only one that can read more takes over from it.</summary>
    public ChatModelDescription? LargerThan { get; init; }

    /// <summary>Sends the request once and passes on what comes.</summary>
    /// <exception cref="WireException">It failed.</exception>
    public async IAsyncEnumerable<ChatEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var breaker = provider.Breaker(Model);
        Enter(breaker);
        var settled = false;
        try
        {
            await using var events = SendAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync())
                    {
                        settled = true;
                        breaker.Succeed();
                        yield break;
                    }
                }
                catch (WireException exception)
                {
                    settled = true;
                    Failed(breaker, exception.Failure);
                    throw;
                }
                catch (ProviderException exception)
                {
                    // Signing in failed, before the provider itself was asked.
                    settled = true;
                    Failed(breaker, new(exception.Failure, exception.Code, exception.Detail ?? exception.Message));
                    throw;
                }

                yield return events.Current;
            }
        }
        finally
        {
            if (!settled)
            {
                breaker.Leave();
            }
        }
    }

    /// <summary>Whether to send again after a failure before any text was shown.</summary>
    /// <returns>How long to wait before; null to leave this provider.</returns>
    public TimeSpan? NextDelay(WireFailure failure, RetryPolicy retries, bool isLast)
    {
        if (failure.Kind == ProviderFailure.TooLarge)
        {
            return Shrink(failure) ? TimeSpan.Zero : null;
        }

        if (_refused is { } wait)
        {
            // The circuit was open: worth waiting for only when it is a matter of seconds and nobody else can be asked.
            _refused = null;
            return isLast && failure.Kind == ProviderFailure.Throttled && wait > TimeSpan.Zero && wait <= RetryPolicy.LongestWait && Retries++ < RetryPolicy.MostRetries(failure) ? wait : null;
        }

        var delay = retries.DelayBefore(failure, Retries, time.GetElapsedTime(_begun), provider.Settings.Timeouts.Load);
        if (delay is null || failure.IsLoading)
        {
            return delay;
        }

        Retries++;
        return provider.Budget.TryWithdraw() ? delay : null;
    }

    /// <summary>Waits before the next sending; for a server that loads its model, until it is ready.</summary>
    public async Task WaitAsync(WireFailure failure, TimeSpan delay, CancellationToken cancellationToken)
    {
        await Task.Delay(delay, time, cancellationToken);
        while (failure.IsLoading && time.GetElapsedTime(_begun) < provider.Settings.Timeouts.Load && !await IsHealthyAsync(cancellationToken))
        {
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private void Failed(CircuitBreaker breaker, WireFailure failure)
    {
        breaker.Fail(failure);
        provider.Meter.Failed(failure.Kind, failure.IsLoading);
    }

    private void Enter(CircuitBreaker breaker)
    {
        // Our own retries were waited for; what opened the circuit meanwhile is this very request.
        if (!breaker.TryEnter(out var wait) && Retries == 0)
        {
            _refused = wait;
            var reason = breaker.Reason ?? provider.Classifier.Unavailable("it is being tried by another request");
            throw new WireException(reason with { RetryAfter = wait > TimeSpan.Zero ? wait : null, IsLoading = false, Detail = $"Not asked now, after: {reason.Detail}" });
        }
    }

    private async IAsyncEnumerable<ChatEvent> SendAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (description, facts) = await provider.DescribeAsync(Model, cancellationToken);
        CheckPrivacy(facts);
        CheckSize(description);
        var isNews = Description != description;
        Description = description;
        var prompt = request.Prompt(description);
        _estimated = prompt.Messages.Sum(message => (long)description.Tokens.Count(message.Text));
        var client = await provider.ChatClientAsync(Model, cancellationToken);
        using var turn = await provider.Gate.EnterAsync(cancellationToken);
        using var counted = provider.Pace.Count(Model, _estimated);
        if (isNews)
        {
            yield return new ChatStarted(description);
        }

        if (Retries == 0)
        {
            provider.Budget.Deposit();
        }

        provider.Meter.Sent();
        var sentAt = time.GetTimestamp();
        var hasReplied = false;
        var options = new ChatOptions
        {
            ModelId = Model,
            MaxOutputTokens = Math.Min(prompt.MaxOutputTokens, description.MaxOutputTokens) + (KnownModels.Thinks(Model) ? RoomForThoughts : 0),
            Temperature = prompt.Temperature,
        };
        var finish = ChatFinish.Complete;
        TokenUsage? usage = null;
        await foreach (var update in client.GetStreamingResponseAsync(prompt.Messages, options, cancellationToken))
        {
            foreach (var content in update.Contents)
            {
                if (Event(content) is not { } said)
                {
                    usage = Usage(content) ?? usage;
                    continue;
                }

                if (!hasReplied)
                {
                    hasReplied = true;
                    provider.Meter.Replied(time.GetElapsedTime(sentAt));
                }

                HasShown |= said is ChatText;
                yield return said;
            }

            finish = update.FinishReason is { } reason ? Finish(reason) : finish;
        }

        counted.Used(usage is { InputTokens: > 0 } ? usage.InputTokens + usage.OutputTokens : _estimated);
        provider.Meter.Succeeded(Model, usage?.InputTokens ?? 0, usage?.OutputTokens ?? 0);
        Learn(description, usage);
        yield return new ChatFinished(finish, usage);
    }

    private void CheckPrivacy(ModelFacts facts)
    {
        if (facts.IsRemote && (request.LocalOnly || egress.IsOffline))
        {
            var what = $"the model '{Model}' runs on another host, to which the local server only passes the text on; local only and offline mode do not allow that";
            throw new WireException(new(ProviderFailure.BadConfig, "remote model", what) { IsOfRequest = true });
        }
    }

    private void CheckSize(ChatModelDescription description)
    {
        if (LargerThan is { } refused && description.ContextTokens <= refused.ContextTokens)
        {
            throw new WireException(new(ProviderFailure.TooLarge, "no larger window", $"its window of {description.ContextTokens} tokens is no larger than that of {refused.Provider}") { NeverRetry = true });
        }
    }

    private bool Shrink(WireFailure failure)
    {
        if (_wasShrunk || failure.NeverRetry || Description is not { } description)
        {
            return false;
        }

        _wasShrunk = true;
        Retries++;
        var counted = failure.PromptTokens is { } tokens && description.Tokens is CautiousTokenCounter counter && counter.Observe(_estimated, tokens);
        if (!counted || failure.ServerTokens < description.ContextTokens)
        {
            // Where the count was wrong and is mended now, the window can stay.
            provider.LearnWindow(Model, failure.ServerTokens, description.ContextTokens);
        }

        // The next prompt holds less: who listens is told again what was left out.
        Description = null;
        return true;
    }

    private async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await provider.Discovery.IsHealthyAsync(cancellationToken);
        }
        catch (WireException)
        {
            // The next sending tells more.
            return true;
        }
    }

    private void Learn(ChatModelDescription description, TokenUsage? usage)
    {
        if (usage is not { InputTokens: > 0 } || provider.Discovery.Kind == ProviderKind.Ollama)
        {
            // Ollama counts only what was not in its cache, and is told not to cut.
            return;
        }

        WasCut = _estimated >= LeastToSuspect && usage.InputTokens < _estimated * ShareOfCutPrompt;
        (description.Tokens as CautiousTokenCounter)?.Observe(_estimated, usage.InputTokens);
    }

    private static ChatEvent? Event(AIContent content) => content switch
    {
        TextReasoningContent { Text.Length: > 0 } thought => new ChatReasoning(thought.Text),
        TextContent { Text.Length: > 0 } text => new ChatText(text.Text),
        _ => null,
    };

    private static TokenUsage? Usage(AIContent content)
        => content is UsageContent usage ? new(usage.Details.InputTokenCount ?? 0, usage.Details.OutputTokenCount ?? 0) : null;

    private static ChatFinish Finish(ChatFinishReason reason)
        => reason == ChatFinishReason.Length ? ChatFinish.Truncated : reason == ChatFinishReason.ContentFilter ? ChatFinish.Filtered : ChatFinish.Complete;
}
