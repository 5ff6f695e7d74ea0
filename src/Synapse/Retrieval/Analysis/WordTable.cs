using System.Numerics;

namespace Synapse.Retrieval.Analysis;

/// <summary>The terms of words seen before, found by a hash of the word as written. Flat, since a word costs what its cache misses cost.</summary>
/// <remarks>Words are told apart by 64 bits of a hash with a key of this process, and not by their letters: two words of a million are taken for one with a chance of one in ten million.</remarks>
internal sealed class WordTable
{
    private Slot[] _slots = new Slot[1 << 12];
    private int[] _lists = new int[1 << 10];
    private int _listLength;

    /// <summary>Words held.</summary>
    public int Count { get; private set; }

    /// <summary>Finds the terms of a word.</summary>
    /// <param name="hash">Hash of the word; not 0.</param>
    /// <param name="single">Room for a word of one term.</param>
    /// <param name="terms">Its terms.</param>
    /// <returns>Whether the word is there.</returns>
    public bool TryFind(ulong hash, ref int single, out ReadOnlySpan<int> terms)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        for (var i = (int)(hash >> 32) & mask; ; i = (i + 1) & mask)
        {
            ref readonly var slot = ref slots[i];
            if (slot.Hash == hash)
            {
                if (slot.Count == 1)
                {
                    single = slot.First;
                    terms = new ReadOnlySpan<int>(ref single);
                }
                else
                {
                    terms = _lists.AsSpan(slot.First, slot.Count);
                }

                return true;
            }

            if (slot.Hash == 0)
            {
                terms = default;
                return false;
            }
        }
    }

    /// <summary>What stands where a word is looked for first: most often its first term, or where its list of terms begins.</summary>
    public int Glance(ulong hash) => _slots[(int)(hash >> 32) & (_slots.Length - 1)].First;

    /// <summary>Adds a word that is not there.</summary>
    public void Add(ulong hash, ReadOnlySpan<int> terms)
    {
        if (Count * 2 >= _slots.Length)
        {
            var old = _slots;
            _slots = new Slot[old.Length * 2];
            foreach (var slot in old)
            {
                if (slot.Hash != 0)
                {
                    Place(slot);
                }
            }
        }

        var first = terms.Length == 1 ? terms[0] : _listLength;
        if (terms.Length != 1)
        {
            if (_listLength + terms.Length > _lists.Length)
            {
                Array.Resize(ref _lists, (int)BitOperations.RoundUpToPowerOf2((uint)(_listLength + terms.Length)));
            }

            terms.CopyTo(_lists.AsSpan(_listLength));
            _listLength += terms.Length;
        }

        Place(new Slot { Hash = hash, First = first, Count = terms.Length });
        Count++;
    }

    private void Place(Slot added)
    {
        var mask = _slots.Length - 1;
        var i = (int)(added.Hash >> 32) & mask;
        while (_slots[i].Hash != 0)
        {
            i = (i + 1) & mask;
        }

        _slots[i] = added;
    }

    private struct Slot
    {
        public ulong Hash;

        /// <summary>The word's term, or where its list of terms begins.</summary>
        public int First;

        public int Count;
    }
}
