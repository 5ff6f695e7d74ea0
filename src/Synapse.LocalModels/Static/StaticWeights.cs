using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Synapse.LocalModels.Static;

/// <summary>The weights file, read in place: nothing is copied or parsed but the header.</summary>
/// <remarks>
/// Little-endian. Header of 64 bytes; then the word index: for each of 2^15 values of a token hash's highest 15 bits the first word (uint32, one more at
/// the end), the next 32 bits of every word's hash in order; then a scale (float16) for every row; then the rows, words before buckets: 128 bytes of
/// 4-bit codes. Byte b of a row holds dimension 32·(b/16) + b%16 in its low half and the one 16 higher in its high half; the value is (code - 7.5)·scale.
/// </remarks>
internal sealed unsafe class StaticWeights
{
    public const int Dimensions = 256;
    public const int RowBytes = Dimensions / 2;
    public const int HeaderBytes = 64;
    public const int PrefixBits = 15;
    public const string ResourceName = "Synapse.LocalModels.static-model.bin";

    private static readonly byte[] MagicBytes = "SYNSTAT1"u8.ToArray();

    private readonly object owner;
    private readonly uint* prefixes;
    private readonly uint* fingerprints;
    private readonly Half* scales;

    private StaticWeights(object owner, byte* start, long length)
    {
        this.owner = owner;
        var header = new ReadOnlySpan<byte>(start, HeaderBytes);
        if (length < HeaderBytes || !header[..8].SequenceEqual(MagicBytes) || BinaryPrimitives.ReadInt32LittleEndian(header[8..]) != Dimensions)
        {
            throw new InvalidDataException("These are not weights of the static model in the format this version reads.");
        }

        WordCount = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        BucketCount = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        CodeScale = BinaryPrimitives.ReadSingleLittleEndian(header[20..]);
        RepeatExponent = BinaryPrimitives.ReadSingleLittleEndian(header[24..]);
        Version = BinaryPrimitives.ReadInt32LittleEndian(header[28..]);
        if (length != ExpectedBytes(WordCount, BucketCount))
        {
            throw new InvalidDataException("The weights of the static model are cut short.");
        }

        prefixes = (uint*)(start + HeaderBytes);
        fingerprints = prefixes + (1 << PrefixBits) + 1;
        scales = (Half*)(fingerprints + WordCount);
        Rows = (byte*)(scales + WordCount + BucketCount);
    }

    public int WordCount { get; }

    public int BucketCount { get; }

    /// <summary>Length of each component of the pseudo-random vector that tells unknown words apart.</summary>
    public float CodeScale { get; }

    /// <summary>A token that occurs n times in a text counts n to this power.</summary>
    public float RepeatExponent { get; }

    /// <summary>Version of the weights, part of the embedding space's name.</summary>
    public int Version { get; }

    public byte* Rows { get; }

    /// <summary>The weights that are a resource of this assembly; the runtime has mapped them already.</summary>
    public static StaticWeights FromResource()
    {
        var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
            ?? throw new InvalidDataException($"The resource {ResourceName} is missing.");
        if (stream is UnmanagedMemoryStream mapped)
        {
            return new StaticWeights(stream, mapped.PositionPointer, mapped.Length);
        }

        using (stream)
        {
            var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length, pinned: true);
            stream.ReadExactly(bytes);
            return FromPinned(bytes);
        }
    }

    public static StaticWeights FromFile(string path)
    {
        using var stream = File.OpenRead(path);
        var bytes = GC.AllocateUninitializedArray<byte>((int)stream.Length, pinned: true);
        stream.ReadExactly(bytes);
        return FromPinned(bytes);
    }

    public static long ExpectedBytes(int words, int buckets) => HeaderBytes + (((1L << PrefixBits) + 1) * 4) + (words * 4L) + ((words + buckets) * (2L + RowBytes));

    public static void WriteHeader(Span<byte> header, int words, int buckets, float codeScale, float repeatExponent, int version)
    {
        header.Clear();
        MagicBytes.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Dimensions);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], words);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], buckets);
        BinaryPrimitives.WriteSingleLittleEndian(header[20..], codeScale);
        BinaryPrimitives.WriteSingleLittleEndian(header[24..], repeatExponent);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], version);
    }

    /// <summary>Row of the word with this hash, or -1.</summary>
    public int Find(ulong hash)
    {
        var prefix = hash >> (64 - PrefixBits);
        var fingerprint = (uint)(hash >> (32 - PrefixBits));
        var end = prefixes[prefix + 1];
        for (var i = prefixes[prefix]; i < end; i++)
        {
            if (fingerprints[i] == fingerprint)
            {
                return (int)i;
            }
        }

        return -1;
    }

    public float Scale(int row) => (float)scales[row];

    /// <summary>Decodes one row.</summary>
    public void CopyRow(int row, Span<float> destination)
    {
        var codes = Rows + ((long)row * RowBytes);
        for (var k = 0; k < Dimensions; k++)
        {
            var packed = codes[(16 * (k / 32)) + (k % 16)];
            destination[k] = ((k % 32 < 16 ? packed & 15 : packed >> 4) - 7.5f) * Scale(row);
        }
    }

    /// <summary>Keeps the mapped bytes alive while a caller still reads them.</summary>
    public void KeepAlive() => GC.KeepAlive(owner);

    private static StaticWeights FromPinned(byte[] bytes)
        => new(bytes, (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0), bytes.Length);
}
