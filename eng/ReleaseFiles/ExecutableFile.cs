using System.Buffers.Binary;
using System.Text;

namespace Synapse.ReleaseFiles;

/// <summary>What the header of a program or library says.</summary>
/// <param name="System">The family of systems that loads it: <c>linux</c>, <c>win</c> or <c>osx</c>.</param>
/// <param name="Architecture"><c>x64</c> or <c>arm64</c>; else the number in the header.</param>
/// <param name="IsProgram">Whether it is a program and not a library.</param>
/// <param name="Interpreter">The loader that an ELF program names; null for others.</param>
/// <param name="IsSigned">Whether a Mach-O file holds a signature, without which a Mac with an arm64 processor runs nothing.</param>
internal sealed record ExecutableFile(string System, string Architecture, bool IsProgram, string? Interpreter = null, bool IsSigned = false)
{
    private const int HeaderBytes = 1 << 16;
    private const uint Elf = 0x464c457f;
    private const uint MachO64 = 0xfeedfacf;
    private const ushort Mz = 0x5a4d;
    private const uint Portable = 0x00004550;

    /// <summary>Reads a header; null for a file that is no native program or library.</summary>
    public static ExecutableFile? Read(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[HeaderBytes];
        ReadOnlySpan<byte> header = bytes.AsSpan(0, file.ReadAtLeast(bytes, HeaderBytes, throwOnEndOfStream: false));
        return header.Length < 64 ? null
            : BinaryPrimitives.ReadUInt32LittleEndian(header) switch
            {
                Elf => ReadElf(header),
                MachO64 => ReadMachO(header),
                var start when (ushort)start == Mz => ReadPortable(header),
                _ => null,
            };
    }

    // https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html
    private static ExecutableFile ReadElf(ReadOnlySpan<byte> header)
    {
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        var (table, size, count) = ((int)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]), BinaryPrimitives.ReadUInt16LittleEndian(header[54..]), BinaryPrimitives.ReadUInt16LittleEndian(header[56..]));
        string? interpreter = null;
        for (var entry = 0; entry < count; entry++)
        {
            var segment = header[(table + (entry * size))..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(segment) == 3)
            {
                var (offset, length) = ((int)BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]), (int)BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]));
                interpreter = Encoding.ASCII.GetString(header.Slice(offset, length)).TrimEnd('\0');
            }
        }

        return new ExecutableFile("linux", machine switch { 0x3e => "x64", 0xb7 => "arm64", _ => $"{machine}" }, interpreter is not null, interpreter);
    }

    private static ExecutableFile? ReadPortable(ReadOnlySpan<byte> header)
    {
        var start = BinaryPrimitives.ReadInt32LittleEndian(header[0x3c..]);
        if (start < 0 || start > header.Length - 24 || BinaryPrimitives.ReadUInt32LittleEndian(header[start..]) != Portable)
        {
            return null;
        }

        var machine = BinaryPrimitives.ReadUInt16LittleEndian(header[(start + 4)..]);
        var isLibrary = (BinaryPrimitives.ReadUInt16LittleEndian(header[(start + 22)..]) & 0x2000) != 0;
        return new ExecutableFile("win", machine switch { 0x8664 => "x64", 0xaa64 => "arm64", _ => $"{machine}" }, !isLibrary);
    }

    // mach-o/loader.h of XNU: 32 bytes of header, then commands that begin with kind and size.
    private static ExecutableFile ReadMachO(ReadOnlySpan<byte> header)
    {
        const uint Signature = 0x1d;
        var processor = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var isProgram = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) == 2;
        var commands = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        var isSigned = false;
        for (var (command, at) = (0u, 32); command < commands && at <= header.Length - 8; command++)
        {
            isSigned |= BinaryPrimitives.ReadUInt32LittleEndian(header[at..]) == Signature;
            at += BinaryPrimitives.ReadInt32LittleEndian(header[(at + 4)..]);
        }

        return new ExecutableFile("osx", processor switch { 0x01000007 => "x64", 0x0100000c => "arm64", _ => $"{processor}" }, isProgram, IsSigned: isSigned);
    }
}
