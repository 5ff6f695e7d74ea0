using System.Buffers;

namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>SentencePiece's unigram language model: of all ways to cut a text, the one whose pieces have the highest sum of scores.</summary>
internal sealed class UnigramModel : SubwordModel
{
    // What an unknown character costs beyond the worst piece.
    private const double UnknownPenalty = 10;

    private readonly PieceTrie pieces;
    private readonly double[] scores;
    private readonly int unknownId;
    private readonly int[]? byteIds;
    private readonly double unknownScore;

    /// <param name="pieces">The vocabulary.</param>
    /// <param name="scores">Score of each piece, by id.</param>
    /// <param name="unknownId">Id of the token for unknown characters.</param>
    /// <param name="byteFallback">Whether unknown characters become tokens of their bytes, where the vocabulary has them.</param>
    public UnigramModel(PieceTrie pieces, double[] scores, int unknownId, bool byteFallback)
    {
        this.pieces = pieces;
        this.scores = scores;
        this.unknownId = unknownId;
        byteIds = byteFallback ? ByteTokens.Of(pieces) : null;
        unknownScore = scores.Min() - UnknownPenalty;
    }

    public override int VocabularySize => scores.Length;

    public override int IdLimit => pieces.IdLimit;

    public override int Find(ReadOnlySpan<char> piece) => pieces.Find(piece);

    public override void Tokenize(ReadOnlySpan<char> word, TokenIds ids)
    {
        var ends = ArrayPool<Step>.Shared.Rent(word.Length + 1);
        try
        {
            FindBestPath(word, ends.AsSpan(0, word.Length + 1));
            AppendPath(word, ends, ids);
        }
        finally
        {
            ArrayPool<Step>.Shared.Return(ends);
        }
    }

    private void FindBestPath(ReadOnlySpan<char> word, Span<Step> ends)
    {
        ends.Fill(new Step(0, -1, -1));
        ends[0] = default;
        for (var start = 0; start < word.Length;)
        {
            var characterLength = char.IsHighSurrogate(word[start]) ? 2 : 1;
            var score = ends[start].Score;
            var isKnown = false;
            var node = PieceTrie.Root;
            for (var end = start; end < word.Length;)
            {
                node = pieces.Child(node, word[end++]);
                if (node < 0)
                {
                    break;
                }

                if (pieces.IdOf(node) is var id && id >= 0)
                {
                    Offer(ref ends[end], score + scores[id], start, id);
                    isKnown |= end - start == characterLength;
                }
            }

            if (!isKnown)
            {
                Offer(ref ends[start + characterLength], score + unknownScore, start, unknownId);
            }

            start += characterLength;
        }
    }

    private static void Offer(ref Step step, double score, int start, int id)
    {
        if (step.Start < 0 || score > step.Score)
        {
            step = new Step(score, start, id);
        }
    }

    private void AppendPath(ReadOnlySpan<char> word, Step[] ends, TokenIds ids)
    {
        var first = ids.Count;
        for (var end = word.Length; end > 0;)
        {
            var start = ends[end].Start;
            if (ends[end].Id != unknownId)
            {
                ids.Add(ends[end].Id);
                end = start;
                continue;
            }

            // Unknown neighbours become one token.
            while (start > 0 && ends[start].Id == unknownId)
            {
                start = ends[start].Start;
            }

            AppendUnknown(word[start..end], ids);
            end = start;
        }

        ids.ReverseFrom(first);
    }

    private void AppendUnknown(ReadOnlySpan<char> text, TokenIds ids)
    {
        if (pieces.Find(text) is var known && known >= 0)
        {
            ids.Add(known);
        }
        else if (byteIds is null || !ByteTokens.TryAppendReversed(text, byteIds, ids))
        {
            ids.Add(unknownId);
        }
    }

    /// <summary>The best way to cut the text up to a place.</summary>
    /// <param name="Score">Sum of the scores.</param>
    /// <param name="Start">Where its last piece starts.</param>
    /// <param name="Id">Id of the last piece.</param>
    private readonly record struct Step(double Score, int Start, int Id);
}
