namespace Synapse.Fakes.Answers;

/// <summary>The sum of one fixed random direction per word, normalised: the same text gives the same numbers, and shared words bring texts together.</summary>
internal static class WordEmbedding
{
    /// <summary>The embedding of a text; unit length.</summary>
    /// <param name="text">Without words it gets a direction of its own.</param>
    /// <param name="dimensions">A shorter embedding is the start of a longer one, normalised again.</param>
    public static float[] Of(string text, int dimensions)
    {
        var sum = new float[dimensions];
        var words = Words.Of(text);
        foreach (var word in words)
        {
            Add(sum, Hash(word), Math.Min(word.Length, 8) / 8f);
        }

        if (words.Count == 0)
        {
            Add(sum, Hash(text), 1);
        }

        var norm = MathF.Sqrt(sum.Sum(value => value * value));
        return [.. sum.Select(value => value / norm)];
    }

    private static void Add(float[] sum, ulong state, float weight)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            // SplitMix64 (Steele, Lea and Flood, 2014): well mixed from any start.
            state += 0x9E3779B97F4A7C15;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            sum[i] += weight * ((mixed >> 40) / (float)(1 << 23) - 1);
        }
    }

    private static ulong Hash(string word)
    {
        var hash = 14695981039346656037;
        foreach (var unit in word)
        {
            hash = (hash ^ unit) * 1099511628211;
        }

        return hash;
    }
}
