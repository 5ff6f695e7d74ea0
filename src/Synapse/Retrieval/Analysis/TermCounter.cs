using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Synapse.Retrieval.Analysis;

/// <summary>Counts the terms of one text at a time. Used by one thread at a time.</summary>
/// <param name="interned">Terms of all counters, so that equal terms are one object.</param>
internal sealed class TermCounter(ConcurrentDictionary<string, string> interned)
{
    // Beyond this many everything seen is forgotten; what is frequent comes back at once.
    private const int MostWords = 1 << 18;
    private const int MostTerms = 1 << 19;

    // Beyond this many the interned terms are let go; equal terms may then be two objects for a while, which costs memory only.
    private const int MostInterned = 1 << 20;
    private const int PathDirectories = 3;

    // Keys the hash of words, so that no one can write two words that are taken for one.
    private static readonly ulong s_seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private static readonly ulong s_factor = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1 | (1UL << 63);

    private readonly Dictionary<string, int> _terms = [];
    private readonly List<string> _split = [];
    private readonly List<string> _fileTerms = [];
    private WordTable _words = new();
    private string[] _texts = new string[1 << 10];
    private TermState[] _states = new TermState[1 << 10];
    private int[] _counted = new int[256];
    private int[] _frequencies = new int[256];
    private int _count;
    private int _round;
    private string? _filePath;

    /// <summary>Begins a new text.</summary>
    public void Begin()
    {
        if (_words.Count > MostWords || _terms.Count > MostTerms)
        {
            _words = new WordTable();
            _terms.Clear();
            Array.Clear(_states);
        }

        _round++;
        _count = 0;
    }

    /// <summary>Counts the words of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="times">What each occurrence counts.</param>
    public void CountText(ReadOnlySpan<char> text, int times)
    {
        var i = 0;
        while (i < text.Length)
        {
            var kind = CharacterClasses.Of(text[i]);
            if (kind == CharacterClass.Separator)
            {
                i++;
            }
            else if (kind == CharacterClass.Unspaced)
            {
                i = CountUnspaced(text, i, times);
            }
            else
            {
                i = CountRun(text, i, times);
            }
        }
    }

    /// <summary>Counts the name of a document's file twice and its nearest folders once, and adds the exact terms of the file.</summary>
    public void CountPath(string path)
    {
        var nameStart = path.LastIndexOf('/') + 1;
        var name = path.AsSpan(nameStart);
        var dot = name.LastIndexOf('.');
        var stem = dot > 0 ? name[..dot] : name;
        CountText(stem, 2);

        var end = nameStart - 1;
        for (var taken = 0; taken < PathDirectories && end > 0; taken++)
        {
            var start = path.AsSpan(0, end).LastIndexOf('/') + 1;
            CountText(path.AsSpan(start, end - start), 1);
            end = start - 1;
        }

        if (_filePath != path)
        {
            _fileTerms.Clear();
            _fileTerms.Add(ExactTerms.FileStem(stem.ToString()));
            _fileTerms.Add(ExactTerms.FileName(name.ToString()));
            _filePath = path;
        }

        foreach (var term in _fileTerms)
        {
            CountExact(term);
        }
    }

    /// <summary>Adds an exact term, which counts once however often it is added.</summary>
    public void CountExact(string term)
    {
        var counted = Term(term);
        if (_states[counted].Round != _round)
        {
            Count(counted, 1);
        }
    }

    /// <summary>What was counted since <see cref="Begin"/>.</summary>
    public ChunkTerms ToChunkTerms()
    {
        var terms = new string[_count];
        var frequencies = new ushort[_count];
        var length = 0;
        for (var i = 0; i < _count; i++)
        {
            var term = _counted[i];
            terms[i] = _texts[term];
            frequencies[i] = (ushort)Math.Min(_frequencies[i], ushort.MaxValue);
            if (_states[term].IsScored)
            {
                length += frequencies[i];
            }
        }

        return new ChunkTerms(terms, frequencies, length);
    }

    /// <summary>What was counted since <see cref="Begin"/>, in the order of first appearance.</summary>
    public IEnumerable<(string Text, int Frequency, bool IsStopWord)> Counted()
    {
        for (var i = 0; i < _count; i++)
        {
            yield return (_texts[_counted[i]], _frequencies[i], _states[_counted[i]].IsStopWord);
        }
    }

    private int CountRun(ReadOnlySpan<char> text, int start, int times)
    {
        var hash = s_seed;
        var limit = Math.Min(text.Length, start + WordSplitter.MaxWordLength);
        var end = start;
        while (end < limit && CharacterClasses.Of(text[end]) is not (CharacterClass.Separator or CharacterClass.Unspaced))
        {
            hash = (hash ^ text[end]) * s_factor;
            end++;
        }

        CountWord(text[start..end], Finish(hash), times);
        if (end == limit)
        {
            while (end < text.Length && CharacterClasses.Of(text[end]) is not (CharacterClass.Separator or CharacterClass.Unspaced))
            {
                end++;
            }
        }

        return SkipPossessive(text, end);
    }

    private static int SkipPossessive(ReadOnlySpan<char> text, int end)
        => end + 1 < text.Length && text[end] is '\'' or '\u2019' && text[end + 1] is 's' or 'S'
            && (end + 2 == text.Length || CharacterClasses.Of(text[end + 2]) == CharacterClass.Separator)
                ? end + 2
                : end;

    /// <summary>Counts every pair of neighbours of a run, or the one character of a run of one.</summary>
    private int CountUnspaced(ReadOnlySpan<char> text, int start, int times)
    {
        var end = start + CharacterLength(text, start);
        if (end >= text.Length || !IsUnspaced(text, end))
        {
            CountWord(text[start..end], Hash(text[start..end]), times);
            return end;
        }

        while (end < text.Length && IsUnspaced(text, end))
        {
            var next = end + CharacterLength(text, end);
            CountWord(text[start..next], Hash(text[start..next]), times);
            start = end;
            end = next;
        }

        return end;
    }

    private static bool IsUnspaced(ReadOnlySpan<char> text, int index) => CharacterClasses.Of(text[index]) == CharacterClass.Unspaced;

    private static int CharacterLength(ReadOnlySpan<char> text, int index)
        => char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;

    private static ulong Hash(ReadOnlySpan<char> text)
    {
        var hash = s_seed;
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * s_factor;
        }

        return Finish(hash);
    }

    private static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 32)) * s_factor;
        return (hash ^ (hash >> 29)) | 1;
    }

    private void CountWord(ReadOnlySpan<char> word, ulong hash, int times)
    {
        var single = 0;
        if (!_words.TryFind(hash, ref single, out var terms))
        {
            terms = AddWord(word, hash);
        }

        foreach (var term in terms)
        {
            Count(term, times);
        }
    }

    private int[] AddWord(ReadOnlySpan<char> word, ulong hash)
    {
        _split.Clear();
        WordSplitter.Split(word, _split);
        var terms = new int[_split.Count];
        for (var i = 0; i < terms.Length; i++)
        {
            terms[i] = Term(_split[i]);
        }

        _words.Add(hash, terms);
        return terms;
    }

    private int Term(string text)
    {
        if (_terms.TryGetValue(text, out var term))
        {
            return term;
        }

        if (_terms.Count % 4096 == 0 && interned.Count > MostInterned)
        {
            interned.Clear();
        }

        term = _terms.Count;
        if (term == _texts.Length)
        {
            Array.Resize(ref _texts, term * 2);
            Array.Resize(ref _states, term * 2);
        }

        _texts[term] = interned.GetOrAdd(text, text);
        // By the text alone: what else became this term before must not matter.
        var isStopWord = StopWords.Contains(text);
        _states[term] = new TermState { IsScored = !isStopWord && !ExactTerms.IsExact(text), IsStopWord = isStopWord };
        _terms.Add(_texts[term], term);
        return term;
    }

    private void Count(int term, int times)
    {
        ref var state = ref _states[term];
        if (state.Round == _round)
        {
            _frequencies[state.Slot] += times;
            return;
        }

        if (_count == _counted.Length)
        {
            Array.Resize(ref _counted, _count * 2);
            Array.Resize(ref _frequencies, _count * 2);
        }

        state.Round = _round;
        state.Slot = _count;
        _counted[_count] = term;
        _frequencies[_count] = times;
        _count++;
    }

    private struct TermState
    {
        /// <summary>The count that <see cref="Slot"/> belongs to.</summary>
        public int Round;

        /// <summary>The term's place in that count.</summary>
        public int Slot;

        /// <summary>Whether it counts in a chunk's length.</summary>
        public bool IsScored;

        public bool IsStopWord;
    }
}
