using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Synapse.Providers.Configuration;
using Synapse.Providers.Discovery;

namespace Synapse.Providers.Chat;

/// <summary>Writes the body of a chat request as each server with OpenAI's API takes it.</summary>
internal static class OpenAIChatBody
{
    public const string MaxTokens = "max_tokens";
    public const string MaxCompletionTokens = "max_completion_tokens";
    public const string Temperature = "temperature";
    public const string ReasoningEffort = "reasoning_effort";
    public const string StreamOptions = "stream_options";
    public const string IncludeObfuscation = "include_obfuscation";

    /// <summary>Writes the body, without what the model is known to refuse.</summary>
    public static ReadOnlyMemory<byte> Write(string model, ProviderKind kind, IEnumerable<ChatMessage> messages, ChatOptions? options, ModelParameters parameters)
    {
        var buffer = new ArrayBufferWriter<byte>(4 << 10);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteStartArray("messages");
        foreach (var message in messages)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role.Value);
            json.WriteString("content", message.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (options?.MaxOutputTokens is { } most)
        {
            json.WriteNumber(LimitName(kind, parameters), most);
        }

        if (options?.Temperature is { } temperature && parameters.Takes(Temperature))
        {
            json.WriteNumber(Temperature, temperature);
        }

        if (kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI && KnownModels.Thinks(model) && parameters.Takes(ReasoningEffort))
        {
            // The passages are there already: what is asked for is reading, and a person waits for the first word.
            json.WriteString(ReasoningEffort, "low");
        }

        json.WriteBoolean("stream", true);
        WriteStreamOptions(json, kind, parameters);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    // OpenAI's newer models refuse the old name; every other server knows it, and some ignore the new one silently.
    private static string LimitName(ProviderKind kind, ModelParameters parameters)
    {
        var (first, second) = kind is ProviderKind.OpenAI ? (MaxCompletionTokens, MaxTokens) : (MaxTokens, MaxCompletionTokens);
        return parameters.Takes(first) ? first : second;
    }

    private static void WriteStreamOptions(Utf8JsonWriter json, ProviderKind kind, ModelParameters parameters)
    {
        if (!parameters.Takes(StreamOptions))
        {
            return;
        }

        json.WriteStartObject(StreamOptions);
        json.WriteBoolean("include_usage", true);
        if (kind == ProviderKind.OpenAI && parameters.Takes(IncludeObfuscation))
        {
            json.WriteBoolean(IncludeObfuscation, false);
        }

        json.WriteEndObject();
    }
}
