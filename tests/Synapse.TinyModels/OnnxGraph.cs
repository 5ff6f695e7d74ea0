using System.Buffers;
using System.Runtime.InteropServices;

namespace Synapse.TinyModels;

/// <summary>Builds an ONNX graph node by node and writes it as a model file. Field numbers are those of onnx.proto.</summary>
internal sealed class OnnxGraph(string name)
{
    public const int Float = 1;
    public const int Int8 = 3;
    public const int Int32 = 6;
    public const int Int64 = 7;
    public const int Float16 = 10;

    private const int Opset = 17;
    private const int ExternalLocation = 1;

    private readonly ProtoMessage _graph = new();
    private readonly ArrayBufferWriter<byte> _external = new();
    private int _nextNode;

    /// <summary>Where tensors of at least a kilobyte go instead of into the model file; null keeps them inside.</summary>
    public string? ExternalFile { get; init; }

    /// <summary>The bytes of <see cref="ExternalFile"/>.</summary>
    public byte[] ExternalBytes => _external.WrittenSpan.ToArray();

    /// <summary>Adds a node with one output, and names that output.</summary>
    public string Node(string operation, string[] inputs, params (string Name, object Value)[] attributes) => Node(operation, inputs, [NextName(operation)], attributes)[0];

    /// <summary>Adds a node with named outputs.</summary>
    public string[] Node(string operation, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new ProtoMessage();
        Array.ForEach(inputs, input => node.Add(1, input));
        Array.ForEach(outputs, output => node.Add(2, output));
        node.Add(3, outputs[0] + "_node").Add(4, operation);
        foreach (var (attribute, value) in attributes)
        {
            node.Add(5, Attribute(attribute, value));
        }

        _graph.Add(1, node);
        return outputs;
    }

    /// <summary>Adds a tensor of 32-bit floats.</summary>
    public string Tensor(string tensor, long[] shape, float[] values) => Tensor(tensor, Float, shape, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Adds a tensor of 64-bit integers.</summary>
    public string Tensor(string tensor, long[] shape, long[] values) => Tensor(tensor, Int64, shape, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>Adds a tensor of any type from its bytes.</summary>
    public string Tensor(string tensor, int type, long[] shape, ReadOnlySpan<byte> bytes)
    {
        var message = new ProtoMessage();
        Array.ForEach(shape, size => message.Add(1, size));
        message.Add(2, type).Add(8, tensor);
        if (ExternalFile is not null && bytes.Length >= 1_024)
        {
            message.Add(13, Entry("location", ExternalFile)).Add(13, Entry("offset", $"{_external.WrittenCount}")).Add(13, Entry("length", $"{bytes.Length}")).Add(14, ExternalLocation);
            _external.Write(bytes);
        }
        else
        {
            message.Add(9, bytes);
        }

        _graph.Add(5, message);
        return tensor;
    }

    public string Input(string input, int type, params object[] shape)
    {
        _graph.Add(11, Value(input, type, shape));
        return input;
    }

    public void Output(string output, int type, params object[] shape) => _graph.Add(12, Value(output, type, shape));

    /// <summary>The whole model file.</summary>
    public byte[] ToModel()
    {
        _graph.Add(2, name);
        return new ProtoMessage().Add(1, 8L).Add(2, "synapse-tests").Add(7, _graph).Add(8, new ProtoMessage().Add(1, "").Add(2, (long)Opset)).ToArray();
    }

    private string NextName(string operation) => $"{operation}_{_nextNode++}";

    private static ProtoMessage Entry(string key, string value) => new ProtoMessage().Add(1, key).Add(2, value);

    private static ProtoMessage Attribute(string attribute, object value)
    {
        const long FloatKind = 1, IntKind = 2, IntsKind = 7;
        var message = new ProtoMessage().Add(1, attribute);
        switch (value)
        {
            case float number:
                return message.Add(2, number).Add(20, FloatKind);
            case int number:
                return message.Add(3, (long)number).Add(20, IntKind);
            case int[] numbers:
                Array.ForEach(numbers, number => message.Add(8, (long)number));
                return message.Add(20, IntsKind);
            default:
                throw new ArgumentException($"An attribute of type {value.GetType()} is not written.", nameof(value));
        }
    }

    private static ProtoMessage Value(string value, int type, object[] shape)
    {
        var dimensions = new ProtoMessage();
        foreach (var size in shape)
        {
            dimensions.Add(1, size is string symbol ? new ProtoMessage().Add(2, symbol) : new ProtoMessage().Add(1, (long)(int)size));
        }

        return new ProtoMessage().Add(1, value).Add(2, new ProtoMessage().Add(1, new ProtoMessage().Add(1, (long)type).Add(2, dimensions)));
    }
}
