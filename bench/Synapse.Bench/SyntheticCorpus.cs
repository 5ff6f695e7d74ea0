using System.Text;

namespace Synapse.Bench;

/// <summary>Text of made-up words whose frequencies fall as in a language (Zipf), with topics, always the same for a seed.</summary>
internal sealed class SyntheticCorpus
{
    private const int Words = 400_000;
    private const int Topics = 300;
    private const int WordsPerTopic = 100;

    private static readonly string[] s_syllables =
    [
        "ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa", "ze", "chi", "sto", "pru",
        "an", "el", "in", "or", "us", "tra", "gle", "bri", "cro", "flu", "ment", "tion", "ver", "con", "per", "sub", "inter", "dex", "graph", "log",
    ];

    private readonly string[] _words = new string[Words];
    private readonly int[] _byFrequency = new int[1 << 20];
    private readonly int _seed;

    public SyntheticCorpus(int seed)
    {
        _seed = seed;
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = 0; i < Words; i++)
        {
            // Frequent words are short. The digits of the rank, in syllables, make each word unlike all others.
            text.Clear();
            for (var rest = i + 1; rest > 0; rest /= s_syllables.Length)
            {
                text.Append(s_syllables[rest % s_syllables.Length]);
            }

            _words[i] = i % 50 == 49 ? "get" + char.ToUpperInvariant(text[0]) + text.ToString(1, text.Length - 1) : text.ToString();
        }

        var sum = 0.0;
        for (var i = 0; i < Words; i++)
        {
            sum += Share(i);
        }

        var word = 0;
        var reached = Share(0) / sum;
        for (var i = 0; i < _byFrequency.Length; i++)
        {
            while (reached < (i + 0.5) / _byFrequency.Length && word + 1 < Words)
            {
                word++;
                reached += Share(word) / sum;
            }

            _byFrequency[i] = word;
        }

        // The thinnest words share table entries; spread them.
        for (var i = _byFrequency.Length * 9 / 10; i < _byFrequency.Length; i++)
        {
            _byFrequency[i] = Math.Min(Words - 1, _byFrequency[i] + random.Next(8));
        }
    }

    /// <summary>Writes the text of one chunk of about 1,280 bytes.</summary>
    public string Chunk(int number)
    {
        var random = new Random(HashCode(number));
        var topic = random.Next(Topics);
        var text = new StringBuilder(1400);
        var line = 0;
        while (text.Length < 1_270)
        {
            var word = random.Next(5) == 0
                ? _words[1_000 + (topic * WordsPerTopic + (int)(WordsPerTopic * Math.Pow(random.NextDouble(), 2))) % (Words - 1_000)]
                : _words[_byFrequency[random.Next(_byFrequency.Length)]];
            text.Append(word);
            line += word.Length + 1;
            if (line > 80)
            {
                text.Append(".\n");
                line = 0;
            }
            else
            {
                text.Append(' ');
            }
        }

        text[^1] = '\n';
        return text.ToString();
    }

    /// <summary>A question of 2 to 8 words that stand in some chunk.</summary>
    public string Query(int number, int chunkCount)
    {
        var random = new Random(HashCode(-1 - number));
        var words = Chunk(random.Next(chunkCount)).Split([' ', '\n', '.'], StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', Enumerable.Range(0, random.Next(2, 9)).Select(_ => words[random.Next(words.Length)]));
    }

    /// <summary>A unit vector near one of a thousand centres.</summary>
    public static void Embed(int number, Span<float> embedding)
    {
        var random = new Random(number);
        var centre = new Random(-1 - random.Next(1_000));
        var sum = 0f;
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] = Gauss(centre) + 1.2f * Gauss(random);
            sum += embedding[i] * embedding[i];
        }

        var scale = 1 / MathF.Sqrt(sum);
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] *= scale;
        }
    }

    /// <summary>Zipf and Mandelbrot.</summary>
    private static double Share(int rank) => Math.Pow(rank + 2.7, -1.07);

    private static float Gauss(Random random) => random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f;

    private int HashCode(int number) => unchecked((int)(((uint)number * 2654435761u) ^ (uint)_seed));
}
