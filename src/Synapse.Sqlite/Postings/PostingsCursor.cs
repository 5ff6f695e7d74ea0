using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Synapse.Sqlite.Postings;

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
    private int _shallowBlock;
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

    /// <summary>Moves to the first chunk of a term.</summary>
    public void Open(TermDictionary terms, int term)
    {
        _row = terms.Rows[term];
        _postings = terms.Postings;
        _count = _row.ChunkFrequency;
        _position = 0;
        _shallowBlock = 0;
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
            var block = Math.Max(_block + 1, _shallowBlock);
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

        while (_chunks[_position] < target)
        {
            _position++;
        }

        Chunk = _chunks[_position];
    }

    /// <summary>Finds the block that holds the first chunk not before the target, without unpacking it.</summary>
    /// <param name="target">At least the targets given before.</param>
    /// <param name="maxFrequency">The block's highest frequency; 0 past the end.</param>
    /// <param name="minLength">The block's shortest length.</param>
    /// <returns>The block's last chunk, or <see cref="End"/> past the end.</returns>
    public int PeekBlock(int target, out int maxFrequency, out int minLength)
    {
        while (_shallowBlock < _blockCount && LastChunk(_shallowBlock) < target)
        {
            _shallowBlock++;
        }

        if (_shallowBlock >= _blockCount)
        {
            maxFrequency = 0;
            minLength = 1;
            return End;
        }

        if (_count == 1)
        {
            maxFrequency = _row.MaxFrequency;
            minLength = _row.MinLength;
            return (int)_row.Postings;
        }

        var block = ReadBlock(_shallowBlock);
        maxFrequency = block.MaxFrequency;
        minLength = block.MinLength;
        return block.LastChunk;
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
