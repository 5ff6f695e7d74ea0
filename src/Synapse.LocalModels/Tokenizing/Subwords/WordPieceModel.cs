namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>BERT's WordPiece: from the left, always the longest piece that fits; a word with a place where none does is unknown as a whole.</summary>
internal sealed class WordPieceModel : SubwordModel
{
    private readonly PieceTrie pieces;
    private readonly int continuation;
    private readonly int unknownId;
    private readonly int maxWordCharacters;

    /// <param name="pieces">The vocabulary.</param>
    /// <param name="size">How many pieces it has.</param>
    /// <param name="prefix">What pieces inside a word begin with.</param>
    /// <param name="unknownId">Id of the token for unknown words.</param>
    /// <param name="maxWordCharacters">Longer words are unknown.</param>
    public WordPieceModel(PieceTrie pieces, int size, string prefix, int unknownId, int maxWordCharacters)
    {
        this.pieces = pieces;
        continuation = pieces.Walk(PieceTrie.Root, prefix);
        this.unknownId = unknownId;
        this.maxWordCharacters = maxWordCharacters;
        VocabularySize = size;
    }

    public override int VocabularySize { get; }

    public override int IdLimit => pieces.IdLimit;

    public override int Find(ReadOnlySpan<char> piece) => pieces.Find(piece);

    public override void Tokenize(ReadOnlySpan<char> word, TokenIds ids)
    {
        var before = ids.Count;
        if (!IsTooLong(word))
        {
            var node = PieceTrie.Root;
            while (!word.IsEmpty && node >= 0 && Longest(word, node) is { Length: > 0 } match)
            {
                ids.Add(match.Id);
                word = word[match.Length..];
                node = continuation;
            }

            if (word.IsEmpty)
            {
                return;
            }
        }

        ids.Rewind(before);
        ids.Add(unknownId);
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        if (word.Length <= maxWordCharacters)
        {
            return false;
        }

        var count = 0;
        foreach (var _ in word.EnumerateRunes())
        {
            count++;
        }

        return count > maxWordCharacters;
    }

    private (int Id, int Length) Longest(ReadOnlySpan<char> word, int node)
    {
        var longest = (Id: -1, Length: 0);
        for (var i = 0; i < word.Length; i++)
        {
            node = pieces.Child(node, word[i]);
            if (node < 0)
            {
                break;
            }

            if (pieces.IdOf(node) is var id && id >= 0)
            {
                longest = (id, i + 1);
            }
        }

        return longest;
    }
}
