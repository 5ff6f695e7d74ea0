namespace Synapse.Providers.Configuration;

/// <summary>Who issued a key, as far as its form tells.</summary>
internal enum KeyIssuer
{
    OpenAI,
    Azure,
    Anthropic,
    Groq,
    Gemini,
    Cerebras,
    DigitalOcean,
    OpenRouter,
}

/// <summary>A model service whose address is known, so that a key is enough to use it.</summary>
/// <param name="Name">Name of the provider, and the value of <c>MODEL_PROVIDER</c>.</param>
/// <param name="Title">What it calls itself.</param>
/// <param name="KeyVariable">The variable of its key.</param>
/// <param name="Kind">How it is spoken to.</param>
/// <param name="Endpoint">Its base address.</param>
/// <param name="Issuer">Who issues its keys.</param>
/// <param name="Embeds">Whether it has embedding models.</param>
internal sealed record ProviderPreset(string Name, string Title, string KeyVariable, ProviderKind Kind, string Endpoint, KeyIssuer Issuer, bool Embeds)
{
    /// <summary>OpenAI itself.</summary>
    public static readonly ProviderPreset OpenAI = new("openai", "OpenAI", "OPENAI_API_KEY", ProviderKind.OpenAI, "https://api.openai.com/v1", KeyIssuer.OpenAI, Embeds: true);

    /// <summary>All, OpenAI first.</summary>
    public static readonly IReadOnlyList<ProviderPreset> All =
    [
        OpenAI,
        new("anthropic", "Anthropic", "ANTHROPIC_API_KEY", ProviderKind.Anthropic, "https://api.anthropic.com", KeyIssuer.Anthropic, Embeds: false),
        new("groq", "Groq", "GROQ_API_KEY", ProviderKind.OpenAICompatible, "https://api.groq.com/openai/v1", KeyIssuer.Groq, Embeds: false),
        new("gemini", "Gemini", "GEMINI_API_KEY", ProviderKind.OpenAICompatible, "https://generativelanguage.googleapis.com/v1beta/openai", KeyIssuer.Gemini, Embeds: true),
        new("cerebras", "Cerebras", "CEREBRAS_API_KEY", ProviderKind.OpenAICompatible, "https://api.cerebras.ai/v1", KeyIssuer.Cerebras, Embeds: false),
        new("digitalocean", "DigitalOcean", "DO_INFERENCE_API_KEY", ProviderKind.OpenAICompatible, "https://inference.do-ai.run/v1", KeyIssuer.DigitalOcean, Embeds: true),
    ];
}
