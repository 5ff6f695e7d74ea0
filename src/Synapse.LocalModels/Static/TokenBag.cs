using System.Security.Cryptography;

namespace Synapse.LocalModels.Static;

/// <summary>The distinct tokens of one text with their counts. Reused for many texts: what a token is made of is found once. Not thread-safe.</summary>
internal sealed class TokenBag(StaticWeights weights)
{
    private const int MaxDistinct = 3_000;
    private const int SlotBits = 16;
    private const int BlockTokens = 32;

    // Beyond this many all tokens seen are forgotten; what is frequent comes back at once.
    private const int MaxKnown = (1 << SlotBits) / 2;

    // Spreads tokens over the slots so that no one can write tokens that share one.
    private static readonly ulong Key = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    private readonly Token[] tokens = new Token[1 << SlotBits];
    private readonly int[] places = new int[MaxDistinct];
    private readonly ulong[] hashes = new ulong[BlockTokens];
    private readonly int[] lengths = new int[BlockTokens];
    private WeightedRow[] rows = new WeightedRow[1 << 12];
    private int rowCount;
    private int knownCount;
    private int epoch;

    /// <summary>How many distinct tokens there are.</summary>
    public int Count { get; private set; }

    /// <summary>A token of the text, in the order of first appearance.</summary>
    public ref readonly Token this[int index] => ref tokens[places[index]];

    /// <summary>The rows that a token is made of: its own, or for a word outside the vocabulary those of its n-grams.</summary>
    public ReadOnlySpan<WeightedRow> RowsOf(in Token token) => rows.AsSpan(token.FirstRow, token.RowCount);

    /// <summary>Fills the bag with the first <paramref name="maxTokens"/> tokens of a text.</summary>
    public void Fill(ReadOnlySpan<char> text, int maxTokens)
    {
        if (knownCount > MaxKnown - MaxDistinct || epoch == int.MaxValue)
        {
            Array.Clear(tokens);
            knownCount = 0;
            rowCount = 0;
            epoch = 0;
        }

        Count = 0;
        epoch++;
        Span<char> buffer = stackalloc char[TokenScanner.MaxTokenChars];
        Span<char> texts = stackalloc char[BlockTokens * TokenScanner.MaxTokenChars];
        var scanner = new TokenScanner(text, buffer);
        var seen = 0;
        int scanned;
        do
        {
            for (scanned = 0; scanned < BlockTokens && seen < maxTokens && scanner.MoveNext(); scanned++, seen++)
            {
                hashes[scanned] = scanner.Hash;
                lengths[scanned] = scanner.Token.Length;
                scanner.Token.CopyTo(texts[(scanned * TokenScanner.MaxTokenChars)..]);
            }
        }
        while (Take(scanned, texts) && scanned == BlockTokens);
    }

    /// <summary>Takes scanned tokens in.</summary>
    /// <returns>Whether there is room for more.</returns>
    private bool Take(int scanned, ReadOnlySpan<char> texts)
    {
        // The table is larger than the fast caches. Looking at all places first lets the processor fetch many at a time.
        for (var i = 0; i < scanned; i++)
        {
            _ = Volatile.Read(ref tokens[PlaceOf(hashes[i])].Epoch);
        }

        for (var i = 0; i < scanned; i++)
        {
            var hash = hashes[i];
            var place = PlaceOf(hash);
            while (tokens[place].Epoch != 0 && tokens[place].Hash != hash)
            {
                place = (place + 1) & (tokens.Length - 1);
            }

            ref var token = ref tokens[place];
            if (token.Epoch == epoch)
            {
                token.Occurrences++;
                continue;
            }

            if (Count == MaxDistinct)
            {
                return false;
            }

            if (token.Epoch == 0)
            {
                Add(ref token, hash, texts.Slice(i * TokenScanner.MaxTokenChars, lengths[i]));
            }

            token.Epoch = epoch;
            token.Occurrences = 1;
            places[Count++] = place;
        }

        return true;
    }

    private static int PlaceOf(ulong hash) => (int)((hash * Key) >> (64 - SlotBits));

    private void Add(ref Token token, ulong hash, ReadOnlySpan<char> text)
    {
        if (rowCount + TokenHash.MaxGrams > rows.Length)
        {
            Array.Resize(ref rows, rows.Length * 2);
        }

        token.Hash = hash;
        token.FirstRow = rowCount;
        var row = weights.Find(hash);
        token.IsKnown = row >= 0;
        if (token.IsKnown)
        {
            rows[rowCount++] = new WeightedRow(row, weights.Scale(row));
        }
        else
        {
            Span<int> buckets = stackalloc int[TokenHash.MaxGrams];
            foreach (var bucket in buckets[..TokenHash.Grams(text, (uint)weights.BucketCount, buckets)])
            {
                var gram = weights.WordCount + bucket;
                rows[rowCount++] = new WeightedRow(gram, weights.Scale(gram));
            }
        }

        token.RowCount = (byte)(rowCount - token.FirstRow);
        knownCount++;
    }

    /// <summary>A row of the weights.</summary>
    /// <param name="Row">Its number.</param>
    /// <param name="Scale">The size of a step of its codes.</param>
    public readonly record struct WeightedRow(int Row, float Scale);

    /// <summary>A token that was seen in this or an earlier text.</summary>
    public struct Token
    {
        public ulong Hash;

        /// <summary>The text it was seen in last; 0 for an empty place.</summary>
        public int Epoch;

        /// <summary>How often it occurs in that text.</summary>
        public int Occurrences;

        public int FirstRow;
        public byte RowCount;

        /// <summary>Whether it is a word of the vocabulary.</summary>
        public bool IsKnown;
    }
}
