namespace Synapse.Providers.Metering;

/// <summary>Under which name the provider layer measures and traces: the operation metrics and spans of OpenTelemetry's GenAI conventions, without any content.</summary>
public static class ProviderTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Synapse.Providers";
}
