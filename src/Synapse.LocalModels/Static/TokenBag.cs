namespace Synapse.LocalModels.Static;

/// <summary>The distinct tokens of one text with their counts. Reused for many texts; not thread-safe.</summary>
internal sealed class TokenBag
{
    private const int MaxDistinct = 3_000;
    private const int Slots = 8_192;

    private readonly ulong[] slotHash = new ulong[Slots];
    private readonly int[] slotEntry = new int[Slots];
    private readonly int[] slotEpoch = new int[Slots];
    private readonly int[] grams = new int[MaxDistinct * TokenHash.MaxGrams];
    private int epoch;
    private int gramCount;

    /// <summary>How many distinct tokens there are.</summary>
    public int Count { get; private set; }

    /// <summary>Row of the token, or -1 for a word outside the vocabulary.</summary>
    public int[] Row { get; } = new int[MaxDistinct];

    public int[] Occurrences { get; } = new int[MaxDistinct];

    public ulong[] Hash { get; } = new ulong[MaxDistinct];

    public int[] GramStart { get; } = new int[MaxDistinct + 1];

    public ReadOnlySpan<int> GramsOf(int entry) => grams.AsSpan(GramStart[entry]..GramStart[entry + 1]);

    /// <summary>Fills the bag with the first <paramref name="maxTokens"/> tokens of a text.</summary>
    public void Fill(ReadOnlySpan<char> text, StaticWeights weights, int maxTokens)
    {
        Count = 0;
        gramCount = 0;
        epoch++;
        Span<char> buffer = stackalloc char[TokenScanner.MaxTokenChars];
        var scanner = new TokenScanner(text, buffer);
        for (var seen = 0; seen < maxTokens && scanner.MoveNext(); seen++)
        {
            var hash = scanner.Hash;
            var slot = (int)(hash & (Slots - 1));
            while (slotEpoch[slot] == epoch && slotHash[slot] != hash)
            {
                slot = (slot + 1) & (Slots - 1);
            }

            if (slotEpoch[slot] == epoch)
            {
                Occurrences[slotEntry[slot]]++;
                continue;
            }

            if (Count == MaxDistinct)
            {
                break;
            }

            slotEpoch[slot] = epoch;
            slotHash[slot] = hash;
            slotEntry[slot] = Count;
            Hash[Count] = hash;
            Occurrences[Count] = 1;
            var row = weights.Find(hash);
            Row[Count] = row;
            GramStart[Count] = gramCount;
            if (row < 0)
            {
                gramCount += TokenHash.Grams(scanner.Token, (uint)weights.BucketCount, grams.AsSpan(gramCount));
            }

            Count++;
            GramStart[Count] = gramCount;
        }
    }
}
