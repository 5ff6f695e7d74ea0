namespace Synapse.LocalModels.Static;

/// <summary>Hashes of tokens and of their character n-grams; part of the weights format.</summary>
internal static class TokenHash
{
    /// <summary>Most n-grams of one token.</summary>
    public const int MaxGrams = 8;

    private const int GramChars = 4;

    /// <summary>FNV-1a over UTF-16 units, mixed so that every bit can be used.</summary>
    public static ulong Of(ReadOnlySpan<char> token)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in token)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return Mix(hash);
    }

    /// <summary>Buckets of a token's character 4-grams, with a border mark at both ends; evenly spread over long tokens.</summary>
    /// <returns>How many were written to <paramref name="buckets"/>; at least one for a token that is not empty.</returns>
    public static int Grams(ReadOnlySpan<char> token, uint bucketCount, Span<int> buckets)
    {
        var total = Math.Max(1, token.Length + 2 - GramChars + 1);
        var count = Math.Min(total, MaxGrams);
        for (var k = 0; k < count; k++)
        {
            var start = count == 1 ? 0 : k * (total - 1) / (count - 1);
            var hash = 0xcbf29ce484222325UL;
            for (var i = start; i < start + GramChars && i < token.Length + 2; i++)
            {
                hash = (hash ^ (i == 0 || i == token.Length + 1 ? '<' : token[i - 1])) * 1099511628211UL;
            }

            buckets[k] = (int)(((Mix(hash) >> 32) * bucketCount) >> 32);
        }

        return count;
    }

    /// <summary>The finaliser of MurmurHash3.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdUL;
        x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return x ^ (x >> 33);
    }
}
