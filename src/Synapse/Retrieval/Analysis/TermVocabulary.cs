using System.Collections.Concurrent;

namespace Synapse.Retrieval.Analysis;

/// <summary>Terms by number: within one vocabulary equal terms have equal numbers, from 0 in the order in which they were first met. Safe to use from several threads at once.</summary>
public sealed class TermVocabulary
{
    // A vocabulary never forgets. Beyond this many terms the analyser begins another.
    private const int MostTerms = 1 << 19;

    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    // Whoever was given a number sees the array that holds its text: it is written before the number is handed out.
    private volatile string[] _texts = new string[1 << 10];
    private int _count;

    internal TermVocabulary()
    {
    }

    /// <summary>How many terms there are by now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether there are so many that it is better to begin another.</summary>
    internal bool IsFull => Count >= MostTerms;

    /// <summary>The term of a number that this vocabulary gave.</summary>
    public string Text(int number) => _texts[number];

    /// <summary>The number of a term, which is added when it is new.</summary>
    internal int NumberOf(string text)
    {
        if (_numbers.TryGetValue(text, out var known))
        {
            return known;
        }

        lock (_adding)
        {
            if (_numbers.TryGetValue(text, out known))
            {
                return known;
            }

            var number = _count;
            if (number == _texts.Length)
            {
                var longer = new string[number * 2];
                _texts.CopyTo(longer, 0);
                _texts = longer;
            }

            _texts[number] = text;
            Volatile.Write(ref _count, number + 1);
            _numbers[text] = number;
            return number;
        }
    }
}
