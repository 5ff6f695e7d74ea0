using System.Buffers.Binary;
using System.Text;

namespace Synapse.Storage.Archiving;

/// <summary>An entry of an archive as the records of a ZIP file describe it.</summary>
/// <param name="Name">Its name, in ASCII.</param>
/// <param name="IsDeflated">Whether its bytes are deflated; else they lie as they are.</param>
/// <param name="Crc">CRC-32 of the bytes as they are.</param>
/// <param name="PackedBytes">How many bytes lie in the file.</param>
/// <param name="Bytes">How many bytes they are when they are read.</param>
/// <param name="Offset">Where its local header begins.</param>
internal sealed record ZipEntry(string Name, bool IsDeflated, uint Crc, uint PackedBytes, uint Bytes, long Offset);

/// <summary>
/// The records of a ZIP file, each written in one way only: a reader that makes a record anew and compares it with what it found has checked every bit of it.
/// </summary>
/// <param name="wideFrom">The first number that stands in the wide form; that of the format, but for tests.</param>
/// <remarks>PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.14 to 4.3.16.</remarks>
internal sealed class ZipRecords(uint wideFrom = uint.MaxValue)
{
    /// <summary>Bytes of a local header without its name.</summary>
    public const int LocalHeaderBytes = 30;

    /// <summary>Bytes of the last record without its comment.</summary>
    public const int EndBytes = 22;

    /// <summary>Bytes of the wide records before the last one.</summary>
    public const int WideEndBytes = 56 + 20;

    private const int CentralHeaderBytes = 46;
    private const int WideExtraBytes = 12;
    private const ushort Version = 20;
    private const ushort WideVersion = 45;
    private const ushort NamesAreUtf8 = 1 << 11;
    private const ushort Deflated = 8;

    // 1 January 1980, the first day that the format knows: when an archive was made stands in its manifest.
    private const ushort FirstDay = (1 << 5) | 1;

    /// <summary>The header before the bytes of an entry.</summary>
    public static byte[] LocalHeader(ZipEntry entry)
    {
        var header = new byte[LocalHeaderBytes + entry.Name.Length];
        var at = Put32(header, 0, 0x0403_4B50);
        PutCommon(header, at, entry);
        Encoding.ASCII.GetBytes(entry.Name, header.AsSpan(LocalHeaderBytes));
        return header;
    }

    /// <summary>The record of an entry in the directory at the end.</summary>
    public byte[] CentralHeader(ZipEntry entry)
    {
        var isWide = entry.Offset >= wideFrom;
        var header = new byte[CentralHeaderBytes + entry.Name.Length + (isWide ? WideExtraBytes : 0)];
        var at = Put32(header, 0, 0x0201_4B50);
        at = Put16(header, at, isWide ? WideVersion : Version);
        at = PutCommon(header, at, entry, isWide);

        // Length of the extra field, of the comment, number of the disk, attributes inside and outside: of these only the first is ever more than nothing.
        Put16(header, at - 2, (ushort)(isWide ? WideExtraBytes : 0));
        at += 2 + 2 + 2 + 4;
        at = Put32(header, at, isWide ? uint.MaxValue : (uint)entry.Offset);
        at += Encoding.ASCII.GetBytes(entry.Name, header.AsSpan(at));
        if (isWide)
        {
            at = Put16(header, at, 1);
            at = Put16(header, at, sizeof(long));
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(at), entry.Offset);
        }

        return header;
    }

    /// <summary>What ends the file.</summary>
    /// <param name="entries">How many entries.</param>
    /// <param name="start">Where the directory begins.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="comment">A comment, in ASCII.</param>
    public byte[] End(int entries, long start, long length, string comment)
    {
        var isWide = IsWide(entries, start, length);
        var end = new byte[(isWide ? WideEndBytes : 0) + EndBytes + comment.Length];
        var at = 0;
        if (isWide)
        {
            at = Put32(end, at, 0x0606_4B50);
            at = Put64(end, at, 44);
            at = Put16(end, at, WideVersion);
            at = Put16(end, at, WideVersion);
            at += 4 + 4;
            at = Put64(end, at, entries);
            at = Put64(end, at, entries);
            at = Put64(end, at, length);
            at = Put64(end, at, start);
            at = Put32(end, at, 0x0706_4B50);
            at += 4;
            at = Put64(end, at, start + length);
            at = Put32(end, at, 1);
        }

        at = Put32(end, at, 0x0605_4B50);
        at += 2 + 2;
        at = Put16(end, at, isWide ? ushort.MaxValue : (ushort)entries);
        at = Put16(end, at, isWide ? ushort.MaxValue : (ushort)entries);
        at = Put32(end, at, isWide ? uint.MaxValue : (uint)length);
        at = Put32(end, at, isWide ? uint.MaxValue : (uint)start);
        at = Put16(end, at, (ushort)comment.Length);
        Encoding.ASCII.GetBytes(comment, end.AsSpan(at));
        return end;
    }

    /// <summary>Reads the last record, and the wide ones before it. What it says has still to be compared with <see cref="End"/>.</summary>
    /// <param name="end">The end of the file.</param>
    /// <param name="commentBytes">Bytes of the comment.</param>
    /// <returns>Null when it is none.</returns>
    public static (int Entries, long Start, long Length)? ReadEnd(ReadOnlySpan<byte> end, int commentBytes)
    {
        if (end.Length < EndBytes + commentBytes)
        {
            return null;
        }

        var last = end[^(EndBytes + commentBytes)..];
        if (BinaryPrimitives.ReadUInt16LittleEndian(last[8..]) != ushort.MaxValue)
        {
            return (BinaryPrimitives.ReadUInt16LittleEndian(last[8..]), BinaryPrimitives.ReadUInt32LittleEndian(last[16..]), BinaryPrimitives.ReadUInt32LittleEndian(last[12..]));
        }

        if (end.Length < WideEndBytes + EndBytes + commentBytes)
        {
            return null;
        }

        var wide = end[^(WideEndBytes + EndBytes + commentBytes)..];
        var entries = BinaryPrimitives.ReadInt64LittleEndian(wide[24..]);
        return entries is < 0 or > int.MaxValue ? null : ((int)entries, BinaryPrimitives.ReadInt64LittleEndian(wide[48..]), BinaryPrimitives.ReadInt64LittleEndian(wide[40..]));
    }

    /// <summary>Reads the first record of a directory. What it says has still to be compared with <see cref="CentralHeader"/>.</summary>
    /// <param name="directory">The rest of the directory.</param>
    /// <param name="offset">Where the entry has to begin: entries lie one behind the other.</param>
    /// <returns>Null when it is none.</returns>
    public static ZipEntry? ReadCentralHeader(ReadOnlySpan<byte> directory, long offset)
    {
        if (directory.Length < CentralHeaderBytes)
        {
            return null;
        }

        var nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(directory[28..]);
        return directory.Length < CentralHeaderBytes + nameBytes
            ? null
            : new ZipEntry(
                Encoding.ASCII.GetString(directory.Slice(CentralHeaderBytes, nameBytes)),
                BinaryPrimitives.ReadUInt16LittleEndian(directory[10..]) == Deflated,
                BinaryPrimitives.ReadUInt32LittleEndian(directory[16..]),
                BinaryPrimitives.ReadUInt32LittleEndian(directory[20..]),
                BinaryPrimitives.ReadUInt32LittleEndian(directory[24..]),
                offset);
    }

    private bool IsWide(int entries, long start, long length) => entries >= ushort.MaxValue || start >= wideFrom || length >= wideFrom;

    private static int PutCommon(byte[] header, int at, ZipEntry entry, bool isWide = false)
    {
        at = Put16(header, at, isWide ? WideVersion : Version);
        at = Put16(header, at, NamesAreUtf8);
        at = Put16(header, at, entry.IsDeflated ? Deflated : (ushort)0);
        at = Put16(header, at, 0);
        at = Put16(header, at, FirstDay);
        at = Put32(header, at, entry.Crc);
        at = Put32(header, at, entry.PackedBytes);
        at = Put32(header, at, entry.Bytes);
        at = Put16(header, at, (ushort)entry.Name.Length);
        return at + 2;
    }

    private static int Put16(byte[] bytes, int at, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), value);
        return at + sizeof(ushort);
    }

    private static int Put32(byte[] bytes, int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
        return at + sizeof(uint);
    }

    private static int Put64(byte[] bytes, int at, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value);
        return at + sizeof(long);
    }
}
