using Synapse.Storage;

namespace Synapse.Indexing;

/// <summary>Keeps the best chunks of many: the worst kept lies on top of a heap.</summary>
/// <param name="order">Decides between equal scores.</param>
/// <param name="limit">Most chunks to keep; at least 1.</param>
/// <param name="available">Chunks that there are.</param>
internal sealed class TopChunks(IChunkOrder order, int limit, long available)
{
    private readonly ScoredChunk[] _heap = new ScoredChunk[Math.Max(1, Math.Min(limit, available))];
    private int _count;

    /// <summary>Score that a chunk must reach to be kept; an equal score may do, by the order of paths. Negative infinity until full.</summary>
    public float Threshold => _count < _heap.Length ? float.NegativeInfinity : _heap[0].Score;

    /// <summary>Offers a chunk.</summary>
    public void Offer(ChunkKey key, float score)
    {
        var offered = new ScoredChunk(key, score);
        if (_count < _heap.Length)
        {
            _heap[_count] = offered;
            Rise(_count++);
        }
        else if (score >= _heap[0].Score && IsBetter(offered, _heap[0]))
        {
            _heap[0] = offered;
            Sink();
        }
    }

    /// <summary>The kept chunks, best first.</summary>
    public ScoredChunk[] ToSorted()
    {
        var kept = _heap.AsSpan(0, _count).ToArray();
        Array.Sort(kept, (a, b) => IsBetter(a, b) ? -1 : IsBetter(b, a) ? 1 : 0);
        return kept;
    }

    private bool IsBetter(in ScoredChunk left, in ScoredChunk right)
        => left.Score > right.Score || (left.Score == right.Score && order.Compare(left.Key, right.Key) < 0);

    private void Rise(int index)
    {
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (!IsBetter(_heap[parent], _heap[index]))
            {
                return;
            }

            (_heap[parent], _heap[index]) = (_heap[index], _heap[parent]);
            index = parent;
        }
    }

    private void Sink()
    {
        var index = 0;
        while (true)
        {
            var worst = index;
            for (var child = index * 2 + 1; child <= index * 2 + 2 && child < _count; child++)
            {
                if (IsBetter(_heap[worst], _heap[child]))
                {
                    worst = child;
                }
            }

            if (worst == index)
            {
                return;
            }

            (_heap[worst], _heap[index]) = (_heap[index], _heap[worst]);
            index = worst;
        }
    }
}
