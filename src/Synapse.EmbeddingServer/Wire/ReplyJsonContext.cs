using System.Text.Json.Serialization;

namespace Synapse.EmbeddingServer.Wire;

/// <summary>JSON of replies, known at build time. What a model or a result does not have is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RerankResponse))]
[JsonSerializable(typeof(ModelListResponse))]
[JsonSerializable(typeof(HealthResponse))]
internal sealed partial class ReplyJsonContext : JsonSerializerContext;
