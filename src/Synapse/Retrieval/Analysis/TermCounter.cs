using System.Numerics;
using System.Security.Cryptography;

namespace Synapse.Retrieval.Analysis;

/// <summary>Counts the terms of one text at a time. Used by one thread at a time.</summary>
/// <param name="vocabulary">Numbers the terms of all counters.</param>
internal sealed class TermCounter(TermVocabulary vocabulary)
{
    // Beyond this many all words seen are forgotten; what is frequent comes back at once.
    private const int MostWords = 1 << 18;
    private const int MostPending = 64;
    private const int PathDirectories = 3;

    // Keys the hash of words, so that no one can write two words that are taken for one.
    private static readonly ulong s_seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private static readonly ulong s_factor = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1 | (1UL << 63);

    private readonly List<string> _split = [];
    private readonly List<int> _fileTerms = [];
    private WordTable _words = new();
    private TermState[] _states = new TermState[1 << 10];
    private TermKind[] _kinds = new TermKind[1 << 10];
    private int[] _counted = new int[256];
    private int[] _frequencies = new int[256];
    private readonly (ulong Hash, int Start, int End)[] _pending = new (ulong, int, int)[MostPending];
    private int _pendingCount;
    private int _count;
    private int _round;
    private string? _filePath;

    /// <summary>What the terms are numbered by.</summary>
    public TermVocabulary Vocabulary => vocabulary;

    /// <summary>Begins a new text.</summary>
    public void Begin()
    {
        if (_words.Count > MostWords)
        {
            _words = new WordTable();
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

        CountPending(text, times);
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
            _fileTerms.Add(Term(ExactTerms.FileStem(stem.ToString())));
            _fileTerms.Add(Term(ExactTerms.FileName(name.ToString())));
            _filePath = path;
        }

        foreach (var term in _fileTerms)
        {
            CountExact(term);
        }
    }

    /// <summary>Adds an exact term, which counts once however often it is added.</summary>
    public void CountExact(string term) => CountExact(Term(term));

    /// <summary>What was counted since <see cref="Begin"/>.</summary>
    public ChunkTerms ToChunkTerms()
    {
        var terms = _counted.AsSpan(0, _count).ToArray();
        var frequencies = new ushort[_count];
        var length = 0;
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = (ushort)Math.Min(_frequencies[i], ushort.MaxValue);
            if (_kinds[terms[i]] == TermKind.Scored)
            {
                length += frequencies[i];
            }
        }

        return new ChunkTerms(vocabulary, terms, frequencies, length);
    }

    /// <summary>What was counted since <see cref="Begin"/>, in the order of first appearance.</summary>
    public IEnumerable<(string Text, int Frequency, bool IsStopWord)> Counted()
    {
        for (var i = 0; i < _count; i++)
        {
            yield return (vocabulary.Text(_counted[i]), _frequencies[i], _kinds[_counted[i]] == TermKind.StopWord);
        }
    }

    private void CountExact(int term)
    {
        if (_states[term].Round != _round)
        {
            Count(term, 1);
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

        Pend(text, start, end, Finish(hash), times);
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
            Pend(text, start, end, Hash(text[start..end]), times);
            return end;
        }

        while (end < text.Length && IsUnspaced(text, end))
        {
            var next = end + CharacterLength(text, end);
            Pend(text, start, next, Hash(text[start..next]), times);
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

    private void Pend(ReadOnlySpan<char> text, int start, int end, ulong hash, int times)
    {
        _pending[_pendingCount++] = (hash, start, end);
        if (_pendingCount == _pending.Length)
        {
            CountPending(text, times);
        }
    }

    // The tables are larger than the fast caches, and a word costs what it waits for them. So all words are looked at once before
    // any is counted: these loads wait for nothing, and the processor does many at a time.
    private void CountPending(ReadOnlySpan<char> text, int times)
    {
        var pending = _pending.AsSpan(0, _pendingCount);
        Span<int> likely = stackalloc int[MostPending];
        for (var i = 0; i < pending.Length; i++)
        {
            likely[i] = _words.Glance(pending[i].Hash);
        }

        for (var i = 0; i < pending.Length; i++)
        {
            if ((uint)likely[i] < (uint)_states.Length)
            {
                _ = Volatile.Read(ref _states[likely[i]].Round);
            }
        }

        foreach (var (hash, start, end) in pending)
        {
            CountWord(text[start..end], hash, times);
        }

        _pendingCount = 0;
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
        var term = vocabulary.NumberOf(text);
        if (term >= _states.Length)
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)term + 1);
            Array.Resize(ref _states, size);
            Array.Resize(ref _kinds, size);
        }

        if (_kinds[term] == TermKind.Unknown)
        {
            // By the text alone: what else became this term before must not matter.
            _kinds[term] = StopWords.Contains(text) ? TermKind.StopWord : ExactTerms.IsExact(text) ? TermKind.Exact : TermKind.Scored;
        }

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
    }

    private enum TermKind : byte
    {
        Unknown,

        /// <summary>Counts in a chunk's length.</summary>
        Scored,

        StopWord,

        Exact,
    }
}
