using Synapse.LocalModels.Tokenizing.Special;
using Synapse.LocalModels.Tokenizing.Splitting;
using Synapse.LocalModels.Tokenizing.Subwords;

namespace Synapse.LocalModels.Tokenizing;

/// <summary>What is written to while one text, or a pair, is tokenized. Not thread-safe.</summary>
internal sealed class EncodingBuffers
{
    public TokenIds First { get; } = new();

    public TokenIds Second { get; } = new();

    public CharBuffer Normalized { get; } = new();

    public Pieces Pieces { get; } = new();

    public List<TextPart> Parts { get; } = [];

    public List<TextPart> NormalizedParts { get; } = [];

    /// <summary>
    /// Most characters that a text may become: NFKD makes 18 of one, and tokenizers write a space before words. A hostile model's
    /// replacements would fill the memory.
    /// </summary>
    public static int LimitFor(int length) => (int)Math.Min((64L * length) + 65_536, int.MaxValue / 4);
}
