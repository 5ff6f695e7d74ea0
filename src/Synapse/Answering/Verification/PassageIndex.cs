using System.Numerics;
using Synapse.Answering.Generation;
using Synapse.Answering.Sentences;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;

namespace Synapse.Answering.Verification;

/// <summary>A span of a passage, of one or more of its sentences.</summary>
/// <param name="Passage">The passage.</param>
/// <param name="Start">First UTF-16 unit in the passage.</param>
/// <param name="End">One past the last.</param>
/// <param name="SentenceCount">Its sentences.</param>
/// <param name="WordMask">Which words of the claim it holds, one bit each.</param>
internal readonly record struct SupportSpan(IndexedPassage Passage, int Start, int End, int SentenceCount, ulong WordMask)
{
    /// <summary>The text as stored.</summary>
    public string Text => Passage.Passage.Text[Start..End];
}

/// <summary>A passage with the words of its sentences, by their ids.</summary>
internal sealed record IndexedPassage(Passage Passage, IReadOnlyList<TextUnit> Units, IReadOnlyList<int[]> UnitWords, int[] SurroundingWords)
{
    /// <summary>Words of text and surroundings, lower-cased, for the look-up of names.</summary>
    public HashSet<string> NameSet { get; } = [.. NameWords.Of(Passage.Text), .. NameWords.Of(Passage.Surroundings)];
}

/// <summary>The passages of one question with their words, so that every sentence of the answer can be looked up in all of them.</summary>
internal sealed class PassageIndex
{
    private const double LightWeight = 0.3;

    // Words by which a sentence is built, and which the passage may well put in another way.
    private const string LightWords =
        "must shall may might need needs require requires required each every per up only also any all use uses used using get gets give gives given make makes take takes "
        + "took default following according document documents passage passages source says state states stated mention mentions specify specifies specified "
        + "describe describes described answer question information new because since now still";

    private readonly TextAnalyzer _analyzer;
    private readonly HashSet<string> _lightWords;
    private readonly Dictionary<string, int> _ids = [];
    private readonly List<int> _frequencies = [];
    private int _unitCount;

    /// <summary>Indexes passages.</summary>
    public PassageIndex(IReadOnlyList<Passage> passages, TextAnalyzer analyzer)
    {
        _analyzer = analyzer;
        _lightWords = [.. analyzer.AnalyzeQuery(LightWords).Select(term => term.Text)];
        Passages = [.. passages.Select(Index)];
    }

    /// <summary>The passages, in the order of their numbers.</summary>
    public IReadOnlyList<IndexedPassage> Passages { get; }

    /// <summary>The words of a claim with their weights, and for each word of the passages which of them it is a form of. At most 64 words count; numbers do not, they are compared to the letter.</summary>
    public (double[] Weights, ulong[] Masks) Match(string claim)
    {
        var words = _analyzer.AnalyzeQuery(claim).Select(term => term.Text).Where(word => !word.All(char.IsDigit)).Distinct().Take(64).ToArray();
        var masks = new ulong[_ids.Count];
        var frequencies = new int[words.Length];
        foreach (var (known, id) in _ids)
        {
            for (var i = 0; i < words.Length; i++)
            {
                if (WeightedWords.Same(known, words[i]))
                {
                    masks[id] |= 1UL << i;
                    frequencies[i] += _frequencies[id];
                }
            }
        }

        // A word that no passage holds says as much as the rarest that one does: it is what was made up, or a synonym.
        var weights = new double[words.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Log(1 + (_unitCount + 1) / (0.5 + Math.Max(1, frequencies[i]))) * (_lightWords.Contains(words[i]) ? LightWeight : 1);
        }

        return (weights, masks);
    }

    /// <summary>The words that a text of a passage holds, by their bits.</summary>
    public static ulong MaskOf(int[] words, ulong[] masks)
    {
        var mask = 0UL;
        foreach (var word in words)
        {
            mask |= masks[word];
        }

        return mask;
    }

    /// <summary>The weight of a set of words.</summary>
    public static double Weigh(ulong mask, double[] weights)
    {
        var sum = 0.0;
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            sum += weights[BitOperations.TrailingZeroCount(rest)];
        }

        return sum;
    }

    private IndexedPassage Index(Passage passage)
    {
        var units = passage.Kind == ChunkKind.Prose ? ProseUnits.Split(passage.Text) : CodeUnits.Split(passage.Text);
        var words = units.ConvertAll(unit => WordsOf(passage.Text[unit.Start..unit.End], counts: true));
        _unitCount += units.Count;
        return new IndexedPassage(passage, units, words, WordsOf(passage.Surroundings, counts: false));
    }

    private int[] WordsOf(string text, bool counts)
    {
        var terms = _analyzer.AnalyzeQuery(text);
        var ids = new int[terms.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            if (!_ids.TryGetValue(terms[i].Text, out ids[i]))
            {
                ids[i] = _ids.Count;
                _ids.Add(terms[i].Text, ids[i]);
                _frequencies.Add(0);
            }

            _frequencies[ids[i]] += counts ? 1 : 0;
        }

        return ids;
    }
}
