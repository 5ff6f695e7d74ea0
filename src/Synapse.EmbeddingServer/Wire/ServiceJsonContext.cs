using System.Text.Json.Serialization;

namespace Synapse.EmbeddingServer.Wire;

/// <summary>JSON of requests and errors, known at build time. An error shows all its fields, as OpenAI's do.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EmbeddingRequest))]
[JsonSerializable(typeof(RerankRequest))]
[JsonSerializable(typeof(ErrorResponse))]
internal sealed partial class ServiceJsonContext : JsonSerializerContext;
