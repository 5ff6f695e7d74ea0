using System.Text.Json.Serialization;

namespace Synapse.Switching;

/// <summary>How stores keep what only the core understands of switches.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SwitchComparison))]
[JsonSerializable(typeof(EvaluationSet))]
public sealed partial class SwitchJson : JsonSerializerContext;
