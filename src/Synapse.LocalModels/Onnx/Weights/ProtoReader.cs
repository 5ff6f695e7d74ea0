using System.Text;
using Synapse.Errors;

namespace Synapse.LocalModels.Onnx.Weights;

/// <summary>Reads protobuf fields from a file, jumping over what nobody asks for, so that a model of gigabytes is checked in milliseconds.</summary>
internal sealed class ProtoReader(FileStream stream, string name)
{
    public const int Varint = 0;
    public const int Fixed64 = 1;
    public const int LengthDelimited = 2;
    public const int Fixed32 = 5;

    private const int MaxTextBytes = 65_536;

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>Reads the fields of a message that ends at <paramref name="end"/>.</summary>
    /// <param name="end">Offset of its end.</param>
    /// <param name="take">Is given each field: number, wire type, and for length-delimited ones the offset of its end, else its value. What it leaves unread is jumped over.</param>
    public void ReadMessage(long end, Action<int, int, long> take)
    {
        while (stream.Position < end)
        {
            var key = ReadVarint(end);
            var (field, wire) = ((int)(key >> 3), (int)(key & 7));
            switch (wire)
            {
                case Varint:
                    take(field, wire, (long)ReadVarint(end));
                    break;
                case Fixed64:
                    Skip(sizeof(long), end);
                    break;
                case Fixed32:
                    Skip(sizeof(int), end);
                    break;
                case LengthDelimited:
                    var length = ReadVarint(end);
                    if (length > (ulong)(end - stream.Position))
                    {
                        throw Damaged($"it is cut off or damaged: {length} bytes should follow offset {stream.Position}, and {end - stream.Position} do");
                    }

                    var fieldEnd = stream.Position + (long)length;
                    take(field, wire, fieldEnd);
                    stream.Position = fieldEnd;
                    break;
                default:
                    throw Damaged($"it is damaged, or not an ONNX file: field type {wire} at offset {stream.Position}");
            }
        }
    }

    /// <summary>Bytes until an offset.</summary>
    public long BytesUntil(long end) => end - stream.Position;

    public string ReadText(long end)
    {
        if (BytesUntil(end) > MaxTextBytes)
        {
            throw Damaged($"it is damaged: a name of {BytesUntil(end)} bytes at offset {stream.Position}");
        }

        var bytes = new byte[BytesUntil(end)];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    public void ReadPacked(long end, List<long> values)
    {
        while (stream.Position < end)
        {
            values.Add((long)ReadVarint(end));
        }
    }

    public ModelFormatException Damaged(string reason) => new(name, reason);

    private void Skip(int bytes, long end)
    {
        if (end - stream.Position < bytes)
        {
            throw Damaged($"it is cut off at offset {stream.Position}");
        }

        stream.Position += bytes;
    }

    private ulong ReadVarint(long end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = stream.Position < end ? stream.ReadByte() : -1;
            if (next < 0)
            {
                throw Damaged($"it is cut off at offset {stream.Position}");
            }

            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged($"it is damaged, or not an ONNX file: a number of more than 64 bits at offset {stream.Position}");
    }
}
