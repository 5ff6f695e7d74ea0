using Synapse.TinyModels;

namespace Synapse.ModelGolden.Tests.Onnx;

/// <summary>Texts from the vocabulary of a model, by seed.</summary>
internal static class GoldenTexts
{
    /// <summary>So many words.</summary>
    public static string OfWords(TinyModelFolder model, int words, int seed)
    {
        var random = new Random(seed);
        var known = model.Vocabulary.Where(token => token.Length > 2 && char.IsLetter(token[0])).ToArray();
        return string.Join(' ', Enumerable.Range(0, words).Select(_ => known[random.Next(known.Length)]));
    }

    /// <summary>So many texts, from one word to more than the model reads.</summary>
    public static string[] Mixed(TinyModelFolder model, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => OfWords(model, random.Next(1, model.Shape.Positions * 5 / 4), (seed * 1_000) + i))];
    }
}
