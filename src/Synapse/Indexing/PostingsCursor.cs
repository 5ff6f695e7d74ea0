using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Synapse.Indexing;

/// <summary>Walks the chunks of one term in a segment, in order, jumping over blocks that are not wanted.</summary>
internal sealed class PostingsCursor
{
    /// <summary>The chunk after the last one.</summary>
    public const int End = int.MaxValue;

    private readonly int[] _chunks = new int[PostingsBlock.Size];
    private readonly int[] _frequencies = new int[PostingsBlock.Size];
    private byte[] _postings = [];
    private int _blockTable;
    private int _dataStart;
    private int _blockCount;
    private int _block;
    private int _count;
    private int _inBlock;
    private int _position;
    private bool _frequenciesUnpacked;
    private TermRow _row;

    /// <summary>The current chunk, or <see cref="End"/>.</summary>
    public int Chunk { get; private set; }

    /// <summary>The term's row.</summary>
    public ref readonly TermRow Row => ref _row;

    /// <summary>How often the term occurs in the current chunk.</summary>
    public int Frequency
    {
        get
        {
            if (!_frequenciesUnpacked)
            {
                UnpackFrequencies();
            }

            return _frequencies[_position];
        }
    }

    /// <summary>Moves to the first chunk of a term of a dictionary.</summary>
    public void Open(TermDictionary terms, int term) => Open(terms.Rows[term], terms.Postings);

    /// <summary>Moves to the first chunk of a term.</summary>
    /// <param name="row">The term.</param>
    /// <param name="postings">The bytes that its row points into, with those that unpacking may read past the end.</param>
    public void Open(in TermRow row, byte[] postings)
    {
        _row = row;
        _postings = postings;
        _count = _row.ChunkFrequency;
        _position = 0;
        if (_count == 1)
        {
            _blockCount = 1;
            _block = 0;
            _inBlock = 1;
            _chunks[0] = (int)_row.Postings;
            _frequencies[0] = _row.MaxFrequency;
            _frequenciesUnpacked = true;
            Chunk = _chunks[0];
            return;
        }

        _blockCount = (_count + PostingsBlock.Size - 1) / PostingsBlock.Size;
        _blockTable = (int)_row.Postings;
        _dataStart = _blockTable + _blockCount * Unsafe.SizeOf<PostingsBlock>();
        LoadBlock(0);
    }

    /// <summary>Moves to the next chunk.</summary>
    public void MoveNext()
    {
        if (++_position < _inBlock)
        {
            Chunk = _chunks[_position];
        }
        else if (_block + 1 < _blockCount)
        {
            LoadBlock(_block + 1);
        }
        else
        {
            Chunk = End;
        }
    }

    /// <summary>Moves to the first chunk that is not before the target.</summary>
    public void MoveTo(int target)
    {
        if (Chunk >= target)
        {
            return;
        }

        if (target > LastChunk(_block))
        {
            var block = _block + 1;
            while (block < _blockCount && LastChunk(block) < target)
            {
                block++;
            }

            if (block >= _blockCount)
            {
                Chunk = End;
                return;
            }

            LoadBlock(block);
        }

        _position = CountBefore(target);
        Chunk = _chunks[_position];
    }

    /// <summary>The highest score that a chunk from the current one up to the end of a stretch can have.</summary>
    /// <param name="end">One past the last chunk of the stretch.</param>
    /// <param name="scorer">The term's scorer.</param>
    /// <param name="termBound">Bound of the whole term, taken when the current block goes on past the stretch anyway.</param>
    public long BoundUpTo(int end, in TermScorer scorer, long termBound)
    {
        if (Chunk >= end)
        {
            return 0;
        }

        if (_count == 1)
        {
            return termBound;
        }

        var bound = 0L;
        for (var block = _block; block < _blockCount; block++)
        {
            var row = ReadBlock(block);
            bound = Math.Max(bound, scorer.Bound(row.MaxFrequency, row.MinLength));
            if (row.LastChunk + 1 >= end)
            {
                break;
            }
        }

        return bound;
    }

    /// <summary>Adds the scores of the chunks from the current one up to the end of a stretch, and moves past it.</summary>
    /// <param name="window">The stretch.</param>
    /// <param name="scorer">The term's scorer.</param>
    /// <param name="lengths">BM25 lengths of the segment's chunks.</param>
    /// <param name="needed">Blocks that lie in the stretch and whose bound is below this are left out.</param>
    public void AddTo(ScoreWindow window, in TermScorer scorer, int[] lengths, long needed)
    {
        var end = window.End;
        var block = _block;
        while (Chunk < end)
        {
            if (_count > 1 && LastChunk(block) < end)
            {
                var row = ReadBlock(block);
                if (scorer.Bound(row.MaxFrequency, row.MinLength) >= needed)
                {
                    AddLoaded(window, scorer, lengths, _inBlock);
                }
            }
            else
            {
                AddLoaded(window, scorer, lengths, CountBefore(end));
                if (_position < _inBlock)
                {
                    Chunk = _chunks[_position];
                    return;
                }
            }

            if (++block >= _blockCount)
            {
                Chunk = End;
                return;
            }

            // A block that lies in the stretch and is left out need not be unpacked.
            while (needed > 0 && LastChunk(block) < end && block + 1 < _blockCount)
            {
                var row = ReadBlock(block);
                if (scorer.Bound(row.MaxFrequency, row.MinLength) >= needed)
                {
                    break;
                }

                block++;
            }

            LoadBlock(block);
        }
    }

    private void AddLoaded(ScoreWindow window, in TermScorer scorer, int[] lengths, int upTo)
    {
        if (_position >= upTo)
        {
            return;
        }

        if (!_frequenciesUnpacked)
        {
            UnpackFrequencies();
        }

        for (; _position < upTo; _position++)
        {
            var chunk = _chunks[_position];
            window.Add(chunk, scorer.Score(_frequencies[_position], lengths[chunk]));
        }
    }

    /// <summary>Postings of the current block that lie before a chunk.</summary>
    private int CountBefore(int chunk)
    {
        var place = _chunks.AsSpan(_position, _inBlock - _position).BinarySearch(chunk);
        return _position + (place < 0 ? ~place : place);
    }

    private int LastChunk(int block)
        => _count == 1
            ? (int)_row.Postings
            : Unsafe.ReadUnaligned<int>(ref _postings[_blockTable + block * Unsafe.SizeOf<PostingsBlock>()]);

    private PostingsBlock ReadBlock(int block)
        => MemoryMarshal.Read<PostingsBlock>(_postings.AsSpan(_blockTable + block * Unsafe.SizeOf<PostingsBlock>()));

    private void LoadBlock(int index)
    {
        _block = index;
        _position = 0;
        _inBlock = Math.Min(PostingsBlock.Size, _count - index * PostingsBlock.Size);
        var block = ReadBlock(index);
        var chunks = _chunks.AsSpan(0, _inBlock);
        BitPacking.Unpack(_postings.AsSpan(_dataStart + (int)block.Offset), block.ChunkBits, chunks);
        var chunk = index == 0 ? -1 : LastChunk(index - 1);
        for (var i = 0; i < chunks.Length; i++)
        {
            chunk += chunks[i] + 1;
            chunks[i] = chunk;
        }

        _frequenciesUnpacked = false;
        Chunk = chunks[0];
    }

    private void UnpackFrequencies()
    {
        var block = ReadBlock(_block);
        var offset = _dataStart + (int)block.Offset + BitPacking.ByteCount(_inBlock, block.ChunkBits);
        var frequencies = _frequencies.AsSpan(0, _inBlock);
        BitPacking.Unpack(_postings.AsSpan(offset), block.FrequencyBits, frequencies);
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i]++;
        }

        _frequenciesUnpacked = true;
    }
}
