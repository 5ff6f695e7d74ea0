using System.Runtime.InteropServices;

namespace Synapse.Indexing;

/// <summary>A term of a segment. Written in files as it lies in memory, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct TermRow
{
    /// <summary>Where the term's UTF-8 bytes begin.</summary>
    public uint TextOffset;

    /// <summary>Chunks of the segment that contain it, those of removed documents included.</summary>
    public int ChunkFrequency;

    /// <summary>Where its postings begin; for a term of one chunk the chunk itself.</summary>
    public uint Postings;

    /// <summary>Length of the shortest of its chunks.</summary>
    public int MinLength;

    /// <summary>Highest frequency in one chunk; for a term of one chunk the frequency there.</summary>
    public ushort MaxFrequency;

    /// <summary>Length of the term in UTF-8 bytes.</summary>
    public ushort TextLength;
}

/// <summary>A block of up to <see cref="Size"/> postings. Written in files as it lies in memory, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct PostingsBlock
{
    /// <summary>Postings per block; the last of a term may have fewer.</summary>
    public const int Size = 128;

    /// <summary>The block's last chunk.</summary>
    public int LastChunk;

    /// <summary>Where its packed numbers begin, counted from the end of the term's blocks.</summary>
    public uint Offset;

    /// <summary>Length of the shortest of its chunks.</summary>
    public int MinLength;

    /// <summary>Highest frequency in one chunk.</summary>
    public ushort MaxFrequency;

    /// <summary>Bits per difference of chunks.</summary>
    public byte ChunkBits;

    /// <summary>Bits per frequency.</summary>
    public byte FrequencyBits;
}
