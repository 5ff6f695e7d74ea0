using System.Buffers;
using System.ClientModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenAI.Embeddings;
using Synapse.Providers.Chat;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Embedding;

/// <summary>Embeddings of every server that has OpenAI's API: Azure's two surfaces, llama.cpp, vLLM, LM Studio, text-embeddings-inference and others.</summary>
internal sealed class OpenAIEmbeddingGenerator(ProviderSettings settings, string model, HttpClient http, FailureClassifier classifier, TimeProvider time)
    : GuardedEmbeddingGenerator(settings, model, classifier, time)
{
    private const string Dimensions = "dimensions";
    private const string EncodingFormat = "encoding_format";
    private const int MostAdaptations = 2;

    // Nothing of it ever stands in a page; text beyond ASCII goes as it is, in half the bytes of its escapes or less.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly EmbeddingClient _client = new(model, OpenAIPipeline.NoKey, OpenAIPipeline.Options(settings, model, http));
    private readonly ModelParameters _parameters = new();

    protected override async Task<OpenReply> SendAsync(IReadOnlyList<string> inputs, CancellationToken cancellationToken)
    {
        for (var adaptations = 0; ; adaptations++)
        {
            try
            {
                using var content = BinaryContent.Create(BinaryData.FromBytes(Body(inputs)));
                return await OpenAIPipeline.SendAsync(options => _client.GenerateEmbeddingsAsync(content, options), WireHandler.Json, cancellationToken);
            }
            catch (WireException exception) when (adaptations < MostAdaptations && exception.Failure.Parameter is Dimensions or EncodingFormat && _parameters.Refuse(exception.Failure.Parameter))
            {
                // The same request without what the model refused. A wrong length is still noticed in the reply.
            }
        }
    }

    private ReadOnlyMemory<byte> Body(IReadOnlyList<string> inputs)
    {
        // Most text is a byte per character, or little more.
        var buffer = new ArrayBufferWriter<byte>(1_024 + inputs.Sum(input => input.Length + (input.Length / 8) + 8));
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        json.WriteString("model", Model);
        json.WriteStartArray("input");
        foreach (var input in inputs)
        {
            json.WriteStringValue(input);
        }

        json.WriteEndArray();
        if (IsCompact && _parameters.Takes(EncodingFormat))
        {
            json.WriteString(EncodingFormat, "base64");
        }

        if (Settings.EmbeddingDimensions is { } dimensions && CutsToLength && _parameters.Takes(Dimensions))
        {
            json.WriteNumber(Dimensions, dimensions);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    // Base64 is a quarter of the bytes and costs no parsing of numbers; where it is not known to work, numbers are asked for.
    private bool IsCompact => Settings.Kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI or ProviderKind.LlamaCpp or ProviderKind.Vllm;

    // Servers of one fixed model ignore the parameter or refuse it; there the setting only says what must come.
    private bool CutsToLength => Settings.Kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI or ProviderKind.OpenAICompatible;
}
