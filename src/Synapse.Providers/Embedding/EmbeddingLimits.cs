using Synapse.Providers.Configuration;
using Synapse.Providers.Discovery;

namespace Synapse.Providers.Embedding;

/// <summary>What one embedding request may hold.</summary>
/// <param name="BatchSize">Most texts.</param>
/// <param name="InputTokens">Most tokens of one text.</param>
/// <param name="BatchTokens">Most tokens of all texts together.</param>
internal sealed record EmbeddingLimits(int BatchSize, int InputTokens, int BatchTokens)
{
    /// <summary>A server that does not tell how long a text may be; most models of today take this much.</summary>
    private const int UsualInputTokens = 2_048;

    /// <summary>What encoders with learned positions end at.</summary>
    private const int ShortInputTokens = 512;

    /// <summary>The limits before the server has contradicted them.</summary>
    public static EmbeddingLimits Of(ProviderSettings settings, ProviderKind kind, string model, ModelFacts facts)
    {
        var (batch, tokens) = kind switch
        {
            // platform.openai.com, "Create embeddings": 2,048 texts, 8,192 tokens each, 300,000 together.
            ProviderKind.OpenAI or ProviderKind.AzureOpenAI => (2_048, 250_000),
            ProviderKind.TextEmbeddingsInference => (facts.BatchSize ?? 32, 100_000),
            _ => (facts.BatchSize ?? 64, 64_000),
        };
        var input = facts.InputTokens ?? kind switch
        {
            ProviderKind.TextEmbeddingsInference => ShortInputTokens,
            ProviderKind.LlamaCpp => facts.ContextTokens ?? ShortInputTokens,
            ProviderKind.Ollama => facts.ContextTokens ?? facts.TrainedTokens,
            ProviderKind.OpenAI or ProviderKind.AzureOpenAI => KnownModels.OfEmbedding(model) ?? 8_191,
            _ => facts.ContextTokens ?? KnownModels.OfEmbedding(model),
        } ?? UsualInputTokens;
        return new(Math.Min(settings.EmbeddingBatchSize ?? batch, batch), input, tokens);
    }

    /// <summary>The limits after the server refused something as too large.</summary>
    /// <param name="texts">How many texts were sent.</param>
    /// <param name="longest">Tokens of the longest, by our count.</param>
    /// <param name="serverBatch">The most texts that it named.</param>
    /// <param name="serverTokens">The most tokens that it named.</param>
    public EmbeddingLimits Narrowed(int texts, int longest, int? serverBatch, int? serverTokens)
    {
        if (serverBatch is { } most && most < texts)
        {
            return this with { BatchSize = most };
        }

        if (serverTokens is { } limit)
        {
            // A limit that we kept by our own count was counted in a richer vocabulary than the server's.
            return this with { InputTokens = limit < InputTokens ? limit : Math.Max(8, InputTokens * 3 / 4) };
        }

        return texts > 1 ? this with { BatchSize = Math.Max(1, texts / 2) } : this with { InputTokens = Math.Max(8, Math.Min(InputTokens, longest) / 2) };
    }
}
