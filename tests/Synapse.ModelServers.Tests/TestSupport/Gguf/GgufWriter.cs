using System.Buffers.Binary;
using System.Text;

namespace Synapse.ModelServers.Tests.TestSupport.Gguf;

/// <summary>Collects metadata and F32 tensors, and writes them as a GGUF file of version 3.</summary>
internal sealed class GgufWriter
{
    private const int Alignment = 32;
    private const uint Uint32Type = 4, Float32Type = 6, BoolType = 7, StringType = 8, ArrayType = 9, Int32Type = 5;
    private readonly List<(string Key, Action<BinaryWriter> Write)> _metadata = [];
    private readonly List<(string Name, long[] Shape, float[] Numbers)> _tensors = [];

    public void Add(string key, uint value) => AddTyped(key, Uint32Type, writer => writer.Write(value));

    public void Add(string key, float value) => AddTyped(key, Float32Type, writer => writer.Write(value));

    public void Add(string key, bool value) => AddTyped(key, BoolType, writer => writer.Write(value));

    public void Add(string key, string value) => AddTyped(key, StringType, writer => WriteString(writer, value));

    public void Add(string key, IReadOnlyList<string> values) => AddArray(key, StringType, values, WriteString);

    public void Add(string key, IReadOnlyList<float> values) => AddArray(key, Float32Type, values, (writer, value) => writer.Write(value));

    public void Add(string key, IReadOnlyList<int> values) => AddArray(key, Int32Type, values, (writer, value) => writer.Write(value));

    /// <summary>Adds an F32 tensor; its shape is in GGML's order, the contiguous dimension first.</summary>
    public void AddTensor(string name, float[] numbers, params long[] shape) => _tensors.Add((name, shape, numbers));

    public void Save(string path)
    {
        using var file = File.Create(path);
        using var writer = new BinaryWriter(file);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_metadata.Count);
        foreach (var (key, write) in _metadata)
        {
            WriteString(writer, key);
            write(writer);
        }

        var offset = 0L;
        foreach (var (name, shape, numbers) in _tensors)
        {
            WriteString(writer, name);
            writer.Write((uint)shape.Length);
            Array.ForEach(shape, count => writer.Write((ulong)count));
            writer.Write(0u); // F32
            writer.Write((ulong)offset);
            offset += (numbers.Length * sizeof(float) + Alignment - 1) / Alignment * Alignment;
        }

        Pad(writer);
        foreach (var (_, _, numbers) in _tensors)
        {
            var bytes = new byte[numbers.Length * sizeof(float)];
            for (var i = 0; i < numbers.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), numbers[i]);
            }

            writer.Write(bytes);
            Pad(writer);
        }
    }

    private void AddTyped(string key, uint type, Action<BinaryWriter> write) => _metadata.Add((key, writer =>
    {
        writer.Write(type);
        write(writer);
    }
    ));

    private void AddArray<T>(string key, uint type, IReadOnlyList<T> values, Action<BinaryWriter, T> write) => AddTyped(key, ArrayType, writer =>
    {
        writer.Write(type);
        writer.Write((ulong)values.Count);
        foreach (var value in values)
        {
            write(writer, value);
        }
    });

    private static void Pad(BinaryWriter writer)
    {
        writer.Flush();
        while (writer.BaseStream.Position % Alignment != 0)
        {
            writer.Write((byte)0);
        }

        writer.Flush();
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
