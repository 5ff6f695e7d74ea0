using System.Buffers;
using System.Runtime.InteropServices;

namespace Synapse.Sqlite.Segments;

/// <summary>The bytes of an array of numbers or rows, without a copy.</summary>
internal sealed class CastMemory<T>(T[] array) : MemoryManager<byte>
    where T : unmanaged
{
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(array.AsSpan());

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("These bytes are read through spans only.");

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
