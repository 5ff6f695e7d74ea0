namespace Synapse.Storage.Archiving;

/// <summary>The checksum of ZIP files: CRC-32 with the polynomial 0xEDB88320, eight bytes at a time.</summary>
/// <remarks>M. E. Kounavis and F. L. Berry, "A Systematic Approach to Building High Performance Software-based CRC Generators", 2005.</remarks>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB8_8320;
    private const int Slices = 8;
    private static readonly uint[] s_tables = MakeTables();

    /// <summary>Computes it.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var tables = s_tables;
        var crc = uint.MaxValue;
        while (bytes.Length >= Slices)
        {
            var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = tables[(7 << 8) | (byte)low] ^ tables[(6 << 8) | (byte)(low >> 8)] ^ tables[(5 << 8) | (byte)(low >> 16)] ^ tables[(4 << 8) | (int)(low >> 24)]
                ^ tables[(3 << 8) | (byte)high] ^ tables[(2 << 8) | (byte)(high >> 8)] ^ tables[(1 << 8) | (byte)(high >> 16)] ^ tables[high >> 24];
            bytes = bytes[Slices..];
        }

        foreach (var each in bytes)
        {
            crc = (crc >> 8) ^ tables[(byte)(crc ^ each)];
        }

        return ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[Slices << 8];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
            }

            tables[i] = value;
        }

        for (var i = 256; i < tables.Length; i++)
        {
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        }

        return tables;
    }
}
