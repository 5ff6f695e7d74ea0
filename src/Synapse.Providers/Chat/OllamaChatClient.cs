using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Chat;

/// <summary>Chat with Ollama by its own API, because the compatible one cannot set the context length and cuts long prompts silently.</summary>
/// <param name="settings">The provider.</param>
/// <param name="model">The model.</param>
/// <param name="http">Reaches the server.</param>
/// <param name="window">The context length to ask for; null to leave the loaded one, because another would load the model anew.</param>
/// <param name="classifier">Classifies failures.</param>
/// <param name="time">The clock of time limits.</param>
internal sealed class OllamaChatClient(ProviderSettings settings, string model, HttpClient http, Func<int?> window, FailureClassifier classifier, TimeProvider time)
    : GuardedChatClient(settings, model, classifier, time)
{
    private readonly Uri _chat = new($"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/api/chat");

    protected override bool JsonLines => true;

    protected override StreamReply NewReply() => new OllamaReply(Classifier);

    protected override async Task<OpenReply> SendAsync(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _chat)
        {
            Content = new ReadOnlyMemoryContent(Body(messages, options)) { Headers = { ContentType = new("application/json") } },
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(WireHandler.JsonLines));
        if (Settings.ApiKey is { } key)
        {
            request.Headers.Authorization = new("Bearer", key.Reveal());
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new(await response.Content.ReadAsStreamAsync(cancellationToken), response);
    }

    private ReadOnlyMemory<byte> Body(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        var buffer = new ArrayBufferWriter<byte>(4 << 10);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("model", Model);
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role.Value);
            json.WriteString("content", message.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("stream", true);
        // Without these an over-long prompt would lose its middle without a word.
        json.WriteBoolean("truncate", false);
        json.WriteBoolean("shift", false);
        json.WriteStartObject("options");
        if (window() is { } tokens)
        {
            json.WriteNumber("num_ctx", tokens);
        }

        if (options?.MaxOutputTokens is { } most)
        {
            json.WriteNumber("num_predict", most);
        }

        if (options?.Temperature is { } temperature)
        {
            json.WriteNumber("temperature", temperature);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
