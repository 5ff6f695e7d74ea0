using System.Globalization;
using System.Security.Cryptography;
using Synapse.Errors;

namespace Synapse.LocalModels.Onnx.Weights;

/// <summary>A model file, checked before native code sees it: whole, its tensors as large as their shapes say, its external files beside it.</summary>
/// <remarks>Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).</remarks>
internal sealed class OnnxFile
{
    private const int MaxDepth = 16;

    private readonly string _path;
    private readonly string _name;
    private readonly ProtoReader _reader;
    private readonly Dictionary<string, long[]> _shapes = [];
    private readonly SortedSet<string> _external = new(StringComparer.Ordinal);
    private bool _hasGraph;
    private bool _hasOperators;

    private OnnxFile(string path, string name, ProtoReader reader) => (_path, _name, _reader) = (path, name, reader);

    /// <summary>Shapes of the weights by name.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes => _shapes;

    /// <summary>Bytes of the file and of its external files.</summary>
    public long Bytes => Files.Sum(LengthOf);

    private IEnumerable<string> Files => [_path, .. _external];

    /// <summary>Reads the structure of a model file.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="ModelFormatException">It is no whole ONNX file, or an external file is missing, too short or elsewhere.</exception>
    public static OnnxFile Read(string path, string name)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 16_384);
            var file = new OnnxFile(path, name, new ProtoReader(stream, name));
            file._reader.ReadMessage(file._reader.Length, file.TakeModelField);
            return file._hasGraph && file._hasOperators ? file : throw new ModelFormatException(name, "it is cut off, or not an ONNX file: it holds no graph");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(name, "it cannot be read", error);
        }
    }

    /// <summary>SHA-256 over the bytes of the file and then of its external files, in hexadecimal.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[262_144];
        foreach (var file in Files)
        {
            using var stream = File.OpenRead(file);
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                hash.AppendData(buffer, 0, read);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // A folder in the cache of a download holds links; their own length is not meant.
    private static long LengthOf(string path) => (File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path)).Length;

    private void TakeModelField(int field, int wire, long value)
    {
        if (wire is not ProtoReader.LengthDelimited)
        {
            return;
        }

        if (field == 7)
        {
            _hasGraph = true;
            _reader.ReadMessage(value, GraphFields(depth: 0));
        }
        else if (field == 8)
        {
            _hasOperators = true;
        }
    }

    private Action<int, int, long> GraphFields(int depth)
    {
        if (depth > MaxDepth)
        {
            throw _reader.Damaged($"its graphs are nested deeper than {MaxDepth}");
        }

        return (field, wire, end) =>
        {
            if (wire is not ProtoReader.LengthDelimited)
            {
                return;
            }

            if (field == 1)
            {
                _reader.ReadMessage(end, NodeFields(depth));
            }
            else if (field == 5)
            {
                ReadTensor(end);
            }
        };
    }

    private Action<int, int, long> NodeFields(int depth) => (field, wire, end) =>
    {
        if (field == 5 && wire is ProtoReader.LengthDelimited)
        {
            _reader.ReadMessage(end, AttributeFields(depth));
        }
    };

    private Action<int, int, long> AttributeFields(int depth) => (field, wire, end) =>
    {
        if (wire is not ProtoReader.LengthDelimited)
        {
            return;
        }

        if (field is 5 or 10)
        {
            ReadTensor(end);
        }
        else if (field is 6 or 11)
        {
            _reader.ReadMessage(end, GraphFields(depth + 1));
        }
    };

    private void ReadTensor(long end)
    {
        var tensor = new TensorFields(_reader);
        _reader.ReadMessage(end, tensor.Take);
        var shape = tensor.Shape.ToArray();
        var expected = tensor.ExpectedBytes();
        if (tensor.External.TryGetValue("location", out var location))
        {
            CheckExternal(tensor, location, expected);
        }
        else if (tensor.RawBytes is { } raw && expected is { } bytes && raw != bytes)
        {
            throw _reader.Damaged($"it is damaged: the tensor '{tensor.Name}' of shape [{string.Join(", ", shape)}] has {raw} bytes instead of {bytes}");
        }

        _shapes.TryAdd(tensor.Name, shape);
    }

    private void CheckExternal(TensorFields tensor, string location, long? expected)
    {
        // A model may not name files elsewhere: its folder is all that was chosen to be read.
        if (location.Length == 0 || location.Contains('\\') || Path.IsPathRooted(location) || location.Split('/').Contains(".."))
        {
            throw new ModelFormatException(_name, $"the tensor '{tensor.Name}' names a file outside of the model's folder");
        }

        var path = Path.Combine(Path.GetDirectoryName(_path)!, location);
        if (!File.Exists(path))
        {
            throw new ModelFormatException(location, $"it is missing; {_name} keeps its weights there");
        }

        var available = LengthOf(path);
        var offset = tensor.ExternalNumber("offset") ?? 0;
        var length = tensor.ExternalNumber("length") ?? expected ?? 0;
        if (offset < 0 || length < 0 || offset > available || length > available - offset)
        {
            throw new ModelFormatException(location, $"it is cut off: the tensor '{tensor.Name}' should take {length} bytes from offset {offset}, and the file has {available}");
        }

        if (expected is { } bytes && bytes != length)
        {
            throw new ModelFormatException(_name, $"the tensor '{tensor.Name}' of shape [{string.Join(", ", tensor.Shape)}] has {length} bytes instead of {bytes}");
        }

        _external.Add(path);
    }

    /// <summary>What is read of one tensor.</summary>
    private sealed class TensorFields(ProtoReader reader)
    {
        public List<long> Shape { get; } = [];

        public Dictionary<string, string> External { get; } = [];

        public string Name { get; private set; } = "";

        public long? RawBytes { get; private set; }

        private long Type { get; set; }

        public void Take(int field, int wire, long value)
        {
            switch (field, wire)
            {
                case (1, ProtoReader.Varint):
                    Shape.Add(value);
                    break;
                case (1, ProtoReader.LengthDelimited):
                    reader.ReadPacked(value, Shape);
                    break;
                case (2, ProtoReader.Varint):
                    Type = value;
                    break;
                case (8, ProtoReader.LengthDelimited):
                    Name = reader.ReadText(value);
                    break;
                case (9, ProtoReader.LengthDelimited):
                    RawBytes = reader.BytesUntil(value);
                    break;
                case (13, ProtoReader.LengthDelimited):
                    TakeEntry(value);
                    break;
            }
        }

        public long? ExternalNumber(string key)
            => !External.TryGetValue(key, out var text) ? null
                : long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
                : throw reader.Damaged($"it is damaged: the {key} of the tensor '{Name}' is no number");

        /// <summary>Bytes by shape and type; null for types that are not stored byte by byte.</summary>
        public long? ExpectedBytes()
        {
            // FLOAT, UINT8, INT8, UINT16, INT16, INT32, INT64, BOOL, FLOAT16, DOUBLE, UINT32, UINT64, BFLOAT16.
            int? size = Type switch { 2 or 3 or 9 => 1, 4 or 5 or 10 or 16 => 2, 1 or 6 or 12 => 4, 7 or 11 or 13 => 8, _ => null };
            if (size is null)
            {
                return null;
            }

            try
            {
                return Shape.Any(static length => length < 0) ? throw NoShape() : Shape.Aggregate((long)size, static (product, length) => checked(product * length));
            }
            catch (OverflowException)
            {
                throw NoShape();
            }
        }

        private ModelFormatException NoShape() => reader.Damaged($"it is damaged: the tensor '{Name}' has the shape [{string.Join(", ", Shape)}]");

        private void TakeEntry(long end)
        {
            var (key, value) = ("", "");
            reader.ReadMessage(end, (field, wire, fieldEnd) =>
            {
                if (wire is ProtoReader.LengthDelimited && field == 1)
                {
                    key = reader.ReadText(fieldEnd);
                }
                else if (wire is ProtoReader.LengthDelimited && field == 2)
                {
                    value = reader.ReadText(fieldEnd);
                }
            });
            External[key] = value;
        }
    }
}
