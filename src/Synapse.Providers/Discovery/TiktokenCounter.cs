using Microsoft.ML.Tokenizers;
using Synapse.Chat;

namespace Synapse.Providers.Discovery;

/// <summary>Counts tokens as OpenAI's models of today do (vocabulary <c>o200k_base</c>). For their older vocabulary, which cuts text into more pieces, a tenth is added.</summary>
internal sealed class TiktokenCounter(double factor) : ITokenCounter
{
    private static readonly Lazy<TiktokenTokenizer> Vocabulary = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <summary>The counter for a model or deployment; an unknown name gets the higher count.</summary>
    public static TiktokenCounter For(string model)
        => new(IsOfToday(model) ? 1 : 1.1);

    public int Count(ReadOnlySpan<char> text) => text.IsEmpty ? 0 : (int)Math.Ceiling(Vocabulary.Value.CountTokens(text) * factor);

    private static bool IsOfToday(string model)
        => model.StartsWith("gpt-4o", StringComparison.OrdinalIgnoreCase)
            || model.StartsWith("gpt-4.1", StringComparison.OrdinalIgnoreCase)
            || model.StartsWith("gpt-5", StringComparison.OrdinalIgnoreCase)
            || model is ['o', >= '1' and <= '9', ..];
}
