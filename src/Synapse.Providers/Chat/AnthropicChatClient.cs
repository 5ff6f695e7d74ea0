using Anthropic;
using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Chat;

/// <summary>Chat with Anthropic through its official client library, which builds, signs and sends; the raw reply is read under the same guard as all others.</summary>
internal sealed class AnthropicChatClient(ProviderSettings settings, string model, HttpClient http, FailureClassifier classifier, TimeProvider time)
    : GuardedChatClient(settings, model, classifier, time)
{
    private const int UsualMaxTokens = 4_096;

    private readonly AnthropicClient _client = new()
    {
        ApiKey = settings.ApiKey?.Reveal(),
        BaseUrl = BaseAddress(settings.Endpoint),
        HttpClient = http,
        MaxRetries = 0,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    protected override StreamReply NewReply() => new AnthropicReply(Classifier);

    protected override async Task<OpenReply> SendAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var system = string.Join("\n\n", messages.Where(message => message.Role == ChatRole.System).Select(message => message.Text));
        var parameters = new MessageCreateParams
        {
            Model = Model,
            MaxTokens = options?.MaxOutputTokens ?? UsualMaxTokens,
            Messages = [.. messages.Where(message => message.Role != ChatRole.System).Select(ToParam)],
        };
        if (system.Length > 0)
        {
            parameters = parameters with { System = system };
        }

        var response = await _client.WithRawResponse.Messages.CreateStreaming(parameters, cancellationToken);
        return new(await response.ReadAsStream(cancellationToken), response);
    }

    private static MessageParam ToParam(ChatMessage message)
        => message.Role == ChatRole.Assistant ? new AssistantMessageParam(message.Text) : new UserMessageParam(message.Text);

    // The library adds the version to its paths by itself.
    private static string BaseAddress(Uri endpoint)
    {
        var root = endpoint.AbsoluteUri.TrimEnd('/');
        return root.EndsWith("/v1", StringComparison.Ordinal) ? root[..^3] : root;
    }
}
