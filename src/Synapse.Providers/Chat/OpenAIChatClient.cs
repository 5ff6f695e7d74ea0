using System.ClientModel;
using Microsoft.Extensions.AI;
using OpenAI.Chat;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace Synapse.Providers.Chat;

/// <summary>Chat with every server that has OpenAI's API, Azure's two surfaces included.</summary>
internal sealed class OpenAIChatClient(ProviderSettings settings, string model, HttpClient http, FailureClassifier classifier, TimeProvider time)
    : GuardedChatClient(settings, model, classifier, time)
{
    /// <summary>Limit, temperature, effort, stream options and obfuscation can each be refused once.</summary>
    private const int MostAdaptations = 5;

    private readonly ChatClient _client = new(model, OpenAIPipeline.NoKey, OpenAIPipeline.Options(settings, model, http));
    private readonly ModelParameters _parameters = new();

    protected override StreamReply NewReply() => new OpenAIReply(Classifier);

    protected override async Task<OpenReply> SendAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        for (var adaptations = 0; ; adaptations++)
        {
            try
            {
                return await SendOnceAsync(messages, options, cancellationToken);
            }
            catch (WireException exception) when (adaptations < MostAdaptations && exception.Failure.Parameter is { } parameter && CanDoWithout(parameter, options))
            {
                // The same request without what the model refused; the model remembers.
            }
        }
    }

    private async Task<OpenReply> SendOnceAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? chatOptions, CancellationToken cancellationToken)
    {
        using var content = BinaryContent.Create(BinaryData.FromBytes(OpenAIChatBody.Write(Model, Settings.Kind, messages, chatOptions, _parameters)));
        return await OpenAIPipeline.SendAsync(options => _client.CompleteChatAsync(content, options), WireHandler.EventStream, cancellationToken);
    }

    private bool CanDoWithout(string parameter, ChatOptions? options) => parameter switch
    {
        OpenAIChatBody.MaxTokens or OpenAIChatBody.MaxCompletionTokens => options?.MaxOutputTokens is not null && _parameters.Refuse(parameter),
        OpenAIChatBody.Temperature => options?.Temperature is not null && _parameters.Refuse(parameter),
        OpenAIChatBody.ReasoningEffort => _parameters.Refuse(parameter),
        "stream_options.include_obfuscation" or OpenAIChatBody.IncludeObfuscation => _parameters.Refuse(OpenAIChatBody.IncludeObfuscation),
        _ when parameter.StartsWith(OpenAIChatBody.StreamOptions, StringComparison.Ordinal) => _parameters.Refuse(OpenAIChatBody.StreamOptions),
        _ => false,
    };
}
