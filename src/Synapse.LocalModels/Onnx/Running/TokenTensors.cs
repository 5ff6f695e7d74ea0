using Microsoft.ML.OnnxRuntime;
using Synapse.Errors;
using Synapse.LocalModels.Onnx.Batching;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>The inputs of a run, padded to the longest: buffers that grow and are used again.</summary>
internal sealed class TokenTensors
{
    private static readonly string[] Known = ["input_ids", "attention_mask", "token_type_ids", "position_ids"];

    private readonly string[] _names;
    private readonly bool[] _narrow;
    private readonly int _padId;
    private readonly long[][] _numbers;
    private readonly int[][] _narrowNumbers;
    private readonly OrtValue[] _values;

    /// <summary>Buffers for the inputs of a graph.</summary>
    /// <exception cref="ModelFormatException">The graph takes other inputs.</exception>
    public TokenTensors(string file, IReadOnlyDictionary<string, NodeMetadata> inputs, int padId)
    {
        if (inputs.Keys.FirstOrDefault(static name => !Known.Contains(name)) is { } unknown)
        {
            throw new ModelFormatException(file, unknown.StartsWith("past_key_values", StringComparison.Ordinal) || unknown == "use_cache_branch"
                ? "it is a decoder that takes a cache; export it for feature extraction"
                : $"it takes an input '{unknown}', which is not known");
        }

        if (!inputs.ContainsKey(Known[0]))
        {
            throw new ModelFormatException(file, $"it takes no '{Known[0]}'");
        }

        _names = [.. Known.Where(inputs.ContainsKey)];
        _narrow = Array.ConvertAll(_names, name => inputs[name].ElementType == typeof(int) ? true
            : inputs[name].ElementType == typeof(long) ? false
            : throw new ModelFormatException(file, $"its input '{name}' takes neither 64-bit nor 32-bit integers"));
        _padId = padId;
        _numbers = Array.ConvertAll(_names, static _ => Array.Empty<long>());
        _narrowNumbers = Array.ConvertAll(_names, static _ => Array.Empty<int>());
        _values = new OrtValue[_names.Length];
    }

    public IReadOnlyList<string> Names => _names;

    /// <summary>Fills the tensors.</summary>
    /// <returns>One for each name; they are valid until <see cref="Release"/>.</returns>
    public IReadOnlyList<OrtValue> Fill(ReadOnlySpan<WaitingInput> batch, int length)
    {
        var size = batch.Length * length;
        long[] shape = [batch.Length, length];
        for (var i = 0; i < _names.Length; i++)
        {
            if (_numbers[i].Length < size)
            {
                _numbers[i] = GC.AllocateUninitializedArray<long>(size);
                _narrowNumbers[i] = _narrow[i] ? GC.AllocateUninitializedArray<int>(size) : [];
            }

            var numbers = _numbers[i].AsSpan(0, size);
            for (var row = 0; row < batch.Length; row++)
            {
                FillRow(_names[i], batch[row], numbers.Slice(row * length, length));
            }

            _values[i] = _narrow[i] ? Narrowed(i, size, shape) : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _numbers[i].AsMemory(0, size), shape);
        }

        return _values;
    }

    /// <summary>Ends the use of the tensors.</summary>
    public void Release()
    {
        foreach (var value in _values)
        {
            value?.Dispose();
        }

        Array.Clear(_values);
    }

    private void FillRow(string name, WaitingInput input, Span<long> row)
    {
        var tokens = input.Length;
        switch (name)
        {
            case "input_ids":
                Widen(input.Text.Ids, row);
                row[tokens..].Fill(_padId);
                break;
            case "attention_mask":
                row[..tokens].Fill(1);
                row[tokens..].Clear();
                break;
            case "token_type_ids":
                Widen(input.Text.TypeIds, row);
                row[tokens..].Clear();
                break;
            default:
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = i < tokens ? i : 0;
                }

                break;
        }
    }

    private static void Widen(int[] from, Span<long> to)
    {
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = from[i];
        }
    }

    private OrtValue Narrowed(int index, int size, long[] shape)
    {
        for (var i = 0; i < size; i++)
        {
            _narrowNumbers[index][i] = (int)_numbers[index][i];
        }

        return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _narrowNumbers[index].AsMemory(0, size), shape);
    }
}
