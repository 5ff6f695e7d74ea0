using Synapse.LocalModels.Tokenizing.Normalizing;
using Synapse.LocalModels.Tokenizing.Special;
using Synapse.LocalModels.Tokenizing.Splitting;
using Synapse.LocalModels.Tokenizing.Subwords;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>What a tokenizer is made of.</summary>
/// <param name="File">The file that it was read from, for messages.</param>
/// <param name="Model">Cuts words into pieces.</param>
internal sealed record TokenizerParts(string File, SubwordModel Model)
{
    public Normalizer? Normalizer { get; init; }

    public Splitter? Splitter { get; init; }

    /// <summary>Tokens that are looked for in the text as it is.</summary>
    public AddedTokenFinder RawTokens { get; init; } = new([]);

    /// <summary>Tokens that are looked for in the normalised text.</summary>
    public AddedTokenFinder NormalizedTokens { get; init; } = new([]);

    public TokenTemplate Single { get; init; } = TokenTemplate.Plain(isPair: false);

    public TokenTemplate Pair { get; init; } = TokenTemplate.Plain(isPair: true);

    public int PadId { get; init; }

    public int? MaxLength { get; init; }

    /// <summary>One more than the largest id that a text or its padding can get.</summary>
    public int IdLimit => Enumerable.Max([Model.IdLimit, RawTokens.IdLimit, NormalizedTokens.IdLimit, Single.IdLimit, Pair.IdLimit, PadId + 1]);

    /// <summary>Whether texts that are too long lose their start.</summary>
    public bool CutsStart { get; init; }
}
