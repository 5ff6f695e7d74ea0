namespace Synapse.Providers.Discovery;

/// <summary>Windows of models whose servers do not tell them. The configuration has precedence.</summary>
/// <remarks>From the vendors' model pages (OpenAI: platform documentation, "Models"; Anthropic: "Models overview"; Google: "Gemini models"). Where versions of a family differ, the smaller number stands; where input and output have limits of their own, that of the input.</remarks>
internal static class KnownModels
{
    /// <summary>For a cloud model of an unknown name: what even old ones have.</summary>
    public const int UnknownCloud = 16_384;

    /// <summary>For a local server that does not tell: a common setting.</summary>
    public const int UnknownLocal = 4_096;

    private static readonly (string Start, int ContextTokens, int MaxOutputTokens)[] Chat =
    [
        ("gpt-6", 922_000, 128_000),
        ("gpt-5.6", 922_000, 128_000),
        ("gpt-5", 272_000, 128_000),
        ("gpt-4.1", 1_047_576, 32_768),
        ("gpt-4o", 128_000, 16_384),
        ("gpt-4-turbo", 128_000, 4_096),
        ("gpt-4-32k", 32_768, 4_096),
        ("gpt-4", 8_192, 4_096),
        ("gpt-3.5-turbo", 16_385, 4_096),
        ("gpt-35-turbo", 16_385, 4_096),
        ("gpt-oss", 131_072, 32_768),
        ("o1", 128_000, 32_768),
        ("o3", 200_000, 100_000),
        ("o4-mini", 200_000, 100_000),
        ("claude-opus-5", 1_000_000, 128_000),
        ("claude-fable-5", 1_000_000, 128_000),
        ("claude-3", 200_000, 4_096),
        ("claude", 200_000, 8_192),
        ("gemini", 1_000_000, 8_192),
        ("deepseek", 64_000, 8_192),
    ];

    private static readonly string[] Thinking = ["gpt-6", "gpt-5", "o1", "o3", "o4", "claude-opus-5", "claude-fable-5", "gemini-2.5", "gemini-3", "deepseek-reasoner"];

    private static readonly (string Start, int InputTokens)[] Embedding =
    [
        ("text-embedding-3", 8_191),
        ("text-embedding-ada-002", 8_191),
        ("gemini-embedding", 2_048),
        ("text-embedding-004", 2_048),
    ];

    /// <summary>The window and the longest reply of a chat model; null when the name is unknown. Names of routers ("vendor/model") are known by their last part.</summary>
    public static (int ContextTokens, int MaxOutputTokens)? OfChat(string model)
    {
        var name = NameOf(model);
        foreach (var (start, context, output) in Chat)
        {
            if (name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return (context, output);
            }
        }

        return null;
    }

    /// <summary>Whether a model thinks before it answers, and its limit of output tokens counts the thoughts as well.</summary>
    public static bool Thinks(string model)
        => Thinking.Any(start => NameOf(model).StartsWith(start, StringComparison.OrdinalIgnoreCase)) && !model.Contains("-chat", StringComparison.OrdinalIgnoreCase);

    /// <summary>The longest text that an embedding model takes; null when the name is unknown.</summary>
    public static int? OfEmbedding(string model)
    {
        foreach (var (start, tokens) in Embedding)
        {
            if (model.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return tokens;
            }
        }

        return null;
    }

    private static string NameOf(string model) => model[(model.LastIndexOf('/') + 1)..];
}
