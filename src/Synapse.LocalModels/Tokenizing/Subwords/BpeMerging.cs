using System.Buffers;

namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>The merges of one word. A heap keeps it at n log n however long the word is.</summary>
internal readonly ref struct BpeMerging
{
    private readonly MergeTable merges;
    private readonly int[] memory;
    private readonly Span<int> symbols;
    private readonly Span<int> previous;
    private readonly Span<int> next;

    // Each merge adds at most two candidates, and there are fewer merges than symbols.
    private readonly ulong[] heapMemory;

    public BpeMerging(ReadOnlySpan<int> word, MergeTable merges)
    {
        this.merges = merges;
        memory = ArrayPool<int>.Shared.Rent(word.Length * 3);
        heapMemory = ArrayPool<ulong>.Shared.Rent(word.Length * 3);
        symbols = memory.AsSpan(0, word.Length);
        previous = memory.AsSpan(word.Length, word.Length);
        next = memory.AsSpan(word.Length * 2, word.Length);
        word.CopyTo(symbols);
        for (var i = 0; i < word.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < word.Length ? i + 1 : -1;
        }
    }

    /// <summary>Merges until nothing merges, and appends what is left.</summary>
    public void Run(TokenIds ids)
    {
        var heap = new MinHeap(heapMemory);
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            Offer(i, ref heap);
        }

        while (heap.TryPop(out var candidate))
        {
            var left = (int)(uint)candidate;
            var result = merges.ResultOf((int)(candidate >> 32));
            var right = symbols[left] < 0 ? -1 : next[left];
            // Outdated: merged away, or the pair has become one that gives something else.
            if (right < 0 || merges.RankOf(symbols[left], symbols[right]) is not (>= 0 and var rank) || merges.ResultOf(rank) != result)
            {
                continue;
            }

            symbols[left] = result;
            symbols[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Offer(left, ref heap);
            }

            if (previous[left] >= 0)
            {
                Offer(previous[left], ref heap);
            }
        }

        for (var i = 0; i >= 0; i = next[i])
        {
            ids.Add(symbols[i]);
        }
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(memory);
        ArrayPool<ulong>.Shared.Return(heapMemory);
    }

    private void Offer(int left, ref MinHeap heap)
    {
        if (merges.RankOf(symbols[left], symbols[next[left]]) is var rank && rank >= 0)
        {
            heap.Push(((ulong)rank << 32) | (uint)left);
        }
    }

    /// <summary>A binary heap whose smallest key comes first.</summary>
    private ref struct MinHeap(Span<ulong> keys)
    {
        private readonly Span<ulong> keys = keys;
        private int count;

        public void Push(ulong key)
        {
            var at = count++;
            while (at > 0 && keys[(at - 1) / 2] > key)
            {
                keys[at] = keys[(at - 1) / 2];
                at = (at - 1) / 2;
            }

            keys[at] = key;
        }

        public bool TryPop(out ulong key)
        {
            key = 0;
            if (count == 0)
            {
                return false;
            }

            key = keys[0];
            var last = keys[--count];
            var at = 0;
            while ((2 * at) + 1 is var child && child < count)
            {
                child += child + 1 < count && keys[child + 1] < keys[child] ? 1 : 0;
                if (keys[child] >= last)
                {
                    break;
                }

                keys[at] = keys[child];
                at = child;
            }

            if (count > 0)
            {
                keys[at] = last;
            }

            return true;
        }
    }
}
