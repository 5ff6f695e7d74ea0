using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>
/// The one policy for chat. Providers are asked in their order. Each failure is classified; the class says whether the same provider is asked again
/// (<see cref="RetryPolicy"/>), whether it is left alone for a while (<see cref="CircuitBreaker"/>), and whether the next one takes over. After the first visible token nobody
/// takes over. When all fail, the first one's error is what the person sees.
/// </summary>
internal sealed partial class ChatModels(IReadOnlyList<ProviderConnection> providers, IEgress egress, RetryPolicy retries, TimeProvider time, ILogger<ChatModels> logger) : IChatModels
{
    public bool IsConfigured(ModelRole role, bool localOnly)
        => providers.Any(provider => provider.ModelFor(role) is not null && (!localOnly || provider.Settings.IsLocal));

    public async IAsyncEnumerable<ChatEvent> StreamAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var candidates = Candidates(request);
        SynapseException? first = null;
        ChatModelDescription? refusedAsTooLong = null;
        foreach (var provider in candidates)
        {
            var attempt = new ChatAttempt(provider, request, provider.ModelFor(request.Role)!, egress, time) { LargerThan = refusedAsTooLong };
            while (true)
            {
                var failed = default((WireFailure? Failure, SynapseException Error)?);
                await using (var events = attempt.RunAsync(cancellationToken).GetAsyncEnumerator(cancellationToken))
                {
                    while (true)
                    {
                        (var next, failed) = await NextAsync(events, provider, cancellationToken);
                        if (next is null)
                        {
                            break;
                        }

                        yield return next;
                    }
                }

                if (failed is not { } end)
                {
                    if (attempt.WasCut)
                    {
                        LogCut(provider.Settings.Name, attempt.Model);
                    }

                    yield break;
                }

                first ??= end.Error;
                if (end.Failure is not { } failure)
                {
                    LogNotAsked(provider.Settings.Name, attempt.Model, end.Error.Code, FailureText.ForLog(end.Error, provider.Settings));
                    break;
                }

                LogFailed(provider.Settings.Name, attempt.Model, failure.Kind, failure.Summary, attempt.Retries);
                if (attempt.HasShown)
                {
                    throw Shown(failure).ToException(provider.Settings, end.Error);
                }

                if (failure.Kind == ProviderFailure.Filtered)
                {
                    // What one provider's rules refuse is not handed to another.
                    throw end.Error;
                }

                refusedAsTooLong = failure.Kind == ProviderFailure.TooLarge ? attempt.Description : refusedAsTooLong;
                if (attempt.NextDelay(failure, retries, IsLast(candidates, provider)) is not { } delay)
                {
                    break;
                }

                if (delay > TimeSpan.Zero)
                {
                    yield return new ChatWaiting(provider.Settings.Name, FailureText.Waiting(failure), delay);
                    await attempt.WaitAsync(failure, delay, cancellationToken);
                }
            }
        }

        throw first ?? throw new InvalidOperationException("No candidate was asked.");
    }

    private List<ProviderConnection> Candidates(ChatRequest request)
    {
        var able = providers.Where(provider => provider.ModelFor(request.Role) is not null).ToList();
        // A model made for the role goes before a chat model that only stands in for it.
        var ordered = request.Role == ModelRole.Fast ? able.OrderBy(provider => provider.Settings.FastModel is null ? 1 : 0).ToList() : able;
        var allowed = request.LocalOnly ? ordered.Where(provider => provider.Settings.IsLocal).ToList() : ordered;
        if (allowed.Count > 0)
        {
            return allowed;
        }

        throw able.Count > 0
            ? new LocalOnlyException("the question touches a collection that only local models may see, and no local chat model is configured.")
            : new ProviderException("chat", ProviderFailure.BadConfig, "No chat model is configured. Configure one, for example with OPENAI_API_KEY or LOCAL_LLM_ENDPOINT.");
    }

    private static async ValueTask<(ChatEvent? Next, (WireFailure?, SynapseException)? Failed)> NextAsync(
        IAsyncEnumerator<ChatEvent> events, ProviderConnection provider, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync() ? (events.Current, null) : (null, null);
        }
        catch (WireException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (null, (exception.Failure, exception.Failure.ToException(provider.Settings, exception)));
        }
        catch (SynapseException exception) when (exception is EgressRefusedException or LocalOnlyException or ProviderException)
        {
            // A rule refused, or the sign-in failed: asking again changes nothing.
            return (null, (null, exception));
        }
    }

    // Whatever broke it, an answer that has begun is an answer cut off, unless the person can do something else about it.
    private static WireFailure Shown(WireFailure failure)
        => failure.Kind is ProviderFailure.Unavailable or ProviderFailure.Protocol ? failure with { Kind = ProviderFailure.Interrupted } : failure;

    private static bool IsLast(List<ProviderConnection> candidates, ProviderConnection provider) => ReferenceEquals(candidates[^1], provider);

    [LoggerMessage(LogLevel.Warning, "Model {Model} of provider {Provider} failed: {Failure} ({Summary}), after {Retries} retries")]
    private partial void LogFailed(string provider, string model, ProviderFailure failure, string summary, int retries);

    [LoggerMessage(LogLevel.Warning, "Model {Model} of provider {Provider} could not be asked: {Code} ({Reason})")]
    private partial void LogNotAsked(string provider, string model, string code, string reason);

    [LoggerMessage(LogLevel.Warning, "Model {Model} of provider {Provider} counted far fewer tokens than were sent: its server may cut prompts without saying so; check its context length")]
    private partial void LogCut(string provider, string model);
}
