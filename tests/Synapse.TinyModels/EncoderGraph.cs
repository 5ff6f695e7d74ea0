namespace Synapse.TinyModels;

/// <summary>Writes a BERT-style encoder as exports of PyTorch write it: embeddings, self-attention with a mask, layer normalisation, GELU.</summary>
internal sealed class EncoderGraph
{
    private static readonly int[] TokensBeforeHeads = [0, 2, 1, 3];
    private static readonly int[] WidthBeforeTokens = [0, 2, 3, 1];

    private readonly EncoderShape _shape;
    private readonly OnnxGraph _graph;
    private readonly Random _random;
    private readonly int _inputType;

    private EncoderGraph(EncoderShape shape, string? externalFile)
    {
        _shape = shape;
        _graph = new OnnxGraph("encoder") { ExternalFile = externalFile };
        _random = new Random(shape.Seed);
        _inputType = shape.NarrowInputs ? OnnxGraph.Int32 : OnnxGraph.Int64;
    }

    /// <summary>Writes the model file, and the file of its tensors if they live beside it.</summary>
    public static (byte[] Model, byte[] External) Write(EncoderShape shape, int vocabulary, string? externalFile = null)
    {
        var encoder = new EncoderGraph(shape, externalFile);
        encoder.WriteAll(vocabulary);
        return (encoder._graph.ToModel(), encoder._graph.ExternalBytes);
    }

    private void WriteAll(int vocabulary)
    {
        var ids = _graph.Input("input_ids", _inputType, "batch", "sequence");
        var mask = Mask(_graph.Input("attention_mask", _inputType, "batch", "sequence"));
        var state = Embed(ids, vocabulary);
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            state = Layer($"encoder.layer.{layer}", state, mask);
        }

        if (_shape.Labels > 0)
        {
            Classify(state);
        }
        else
        {
            GiveStates(state);
        }
    }

    private void GiveStates(string state)
    {
        if (_shape.SentenceOutput is not SentenceOutput.Alone)
        {
            var output = _shape.SentenceOutput is SentenceOutput.Beside ? "token_embeddings" : "last_hidden_state";
            if (_shape.HalfOutput)
            {
                _graph.Node("Cast", [state], [output], ("to", OnnxGraph.Float16));
            }
            else
            {
                _graph.Node("Identity", [state], [output]);
            }

            _graph.Output(output, _shape.HalfOutput ? OnnxGraph.Float16 : OnnxGraph.Float, "batch", "sequence", _shape.Hidden);
        }

        if (_shape.SentenceOutput is not SentenceOutput.None)
        {
            _graph.Node("Gather", [state, Scalar("first_token", 0)], ["sentence_embedding"], ("axis", 1));
            _graph.Output("sentence_embedding", OnnxGraph.Float, "batch", _shape.Hidden);
        }
    }

    private void Classify(string state)
    {
        var first = _graph.Node("Gather", [state, Scalar("first_token", 0)], ("axis", 1));
        var pooled = _graph.Node("Tanh", [Linear("pooler.dense", first, _shape.Hidden, _shape.Hidden)]);
        _graph.Node("Identity", [Linear("classifier", pooled, _shape.Hidden, _shape.Labels)], ["logits"]);
        _graph.Output("logits", OnnxGraph.Float, "batch", _shape.Labels);
    }

    /// <summary>0 where there is a token, the lowest float where there is none: added to the scores of attention.</summary>
    private string Mask(string mask)
    {
        var spread = _graph.Node("Unsqueeze", [_graph.Node("Cast", [mask], ("to", OnnxGraph.Float)), _graph.Tensor("mask_axes", [2], [1L, 2L])]);
        var absent = _graph.Node("Sub", [_graph.Tensor("one", [], [1f]), spread]);
        return _graph.Node("Mul", [absent, _graph.Tensor("lowest", [], [float.MinValue])]);
    }

    private string Embed(string ids, int vocabulary)
    {
        var sum = _graph.Node("Gather", [Weights(_shape.TokenTable, [vocabulary, _shape.Hidden], 1f), ids]);
        if (_shape.TakesTypes)
        {
            var types = _graph.Input("token_type_ids", _inputType, "batch", "sequence");
            sum = _graph.Node("Add", [sum, _graph.Node("Gather", [Weights("embeddings.token_type_embeddings.weight", [2, _shape.Hidden], 0.5f), types])]);
        }

        var positions = _graph.Node("Gather", [Weights("embeddings.position_embeddings.weight", [_shape.Positions, _shape.Hidden], 0.5f), Positions(ids)]);
        return Normalize("embeddings.LayerNorm", _graph.Node("Add", [sum, positions]));
    }

    private string Positions(string ids)
    {
        if (_shape.TakesPositions)
        {
            return _graph.Input("position_ids", _inputType, "batch", "sequence");
        }

        var length = _graph.Node("Gather", [_graph.Node("Shape", [ids]), Scalar("length_axis", 1)]);
        var end = _graph.Node("Unsqueeze", [length, _graph.Tensor("end_axis", [1], [0L])]);
        var all = _graph.Tensor("position_ids_all", [1, _shape.Positions], [.. Enumerable.Range(0, _shape.Positions).Select(position => (long)position)]);
        return _graph.Node("Slice", [all, _graph.Tensor("slice_start", [1], [0L]), end, _graph.Tensor("slice_axis", [1], [1L])]);
    }

    private string Layer(string name, string state, string mask)
    {
        var attended = Linear($"{name}.attention.output.dense", Attention(name, state, mask), _shape.Hidden, _shape.Hidden);
        state = Normalize($"{name}.attention.output.LayerNorm", _graph.Node("Add", [attended, state]));
        var wide = Gelu(Linear($"{name}.intermediate.dense", state, _shape.Hidden, _shape.Intermediate));
        return Normalize($"{name}.output.LayerNorm", _graph.Node("Add", [Linear($"{name}.output.dense", wide, _shape.Intermediate, _shape.Hidden), state]));
    }

    private string Attention(string name, string state, string mask)
    {
        var width = _shape.Hidden / _shape.Heads;
        var split = _graph.Tensor($"{name}.split", [4], [0L, 0L, _shape.Heads, width]);
        var query = Heads($"{name}.attention.self.query", state, split, TokensBeforeHeads);
        var key = Heads($"{name}.attention.self.key", state, split, WidthBeforeTokens);
        var value = Heads($"{name}.attention.self.value", state, split, TokensBeforeHeads);
        var scores = _graph.Node("Div", [_graph.Node("MatMul", [query, key]), _graph.Tensor($"{name}.scale", [], [MathF.Sqrt(width)])]);
        var weights = _graph.Node("Softmax", [_graph.Node("Add", [scores, mask])], ("axis", -1));
        var context = _graph.Node("Transpose", [_graph.Node("MatMul", [weights, value])], ("perm", TokensBeforeHeads));
        return _graph.Node("Reshape", [context, _graph.Tensor($"{name}.merge", [3], [0L, 0L, _shape.Hidden])]);
    }

    private string Heads(string name, string state, string split, int[] order)
        => _graph.Node("Transpose", [_graph.Node("Reshape", [Linear(name, state, _shape.Hidden, _shape.Hidden), split])], ("perm", order));

    private string Gelu(string input)
    {
        var error = _graph.Node("Erf", [_graph.Node("Div", [input, _graph.Tensor($"{input}.sqrt2", [], [MathF.Sqrt(2)])])]);
        var product = _graph.Node("Mul", [input, _graph.Node("Add", [error, _graph.Tensor($"{input}.one", [], [1f])])]);
        return _graph.Node("Mul", [product, _graph.Tensor($"{input}.half", [], [0.5f])]);
    }

    private string Linear(string name, string input, int from, int to)
    {
        var bias = _graph.Tensor($"{name}.bias", [to], Normal(to, 0.1f));
        var values = Normal(from * to, 1.2f / MathF.Sqrt(from));
        var product = _shape.Quantized
            ? QuantizedProduct(name, input, from, to, values)
            : _graph.Node("MatMul", [input, _graph.Tensor($"{name}.weight", [from, to], values)]);
        return _graph.Node("Add", [bias, product]);
    }

    /// <summary>As ONNX Runtime's dynamic quantiser writes it: one scale per matrix, symmetric; the input in 8 bits by its own range.</summary>
    private string QuantizedProduct(string name, string input, int from, int to, float[] values)
    {
        var scale = values.Max(Math.Abs) / 127;
        var bytes = Array.ConvertAll(values, value => (byte)(sbyte)MathF.Round(value / scale));
        var quantized = _graph.Node("DynamicQuantizeLinear", [input], [$"{name}.x", $"{name}.x_scale", $"{name}.x_zero"]);
        var weight = _graph.Tensor($"{name}.weight_quantized", OnnxGraph.Int8, [from, to], bytes);
        var zero = _graph.Tensor($"{name}.weight_zero", OnnxGraph.Int8, [], [0]);
        var product = _graph.Node("Cast", [_graph.Node("MatMulInteger", [quantized[0], weight, quantized[2], zero])], ("to", OnnxGraph.Float));
        return _graph.Node("Mul", [product, _graph.Node("Mul", [quantized[1], _graph.Tensor($"{name}.weight_scale", [], [scale])])]);
    }

    private string Normalize(string name, string input)
    {
        var scale = _graph.Tensor($"{name}.weight", [_shape.Hidden], Array.ConvertAll(Normal(_shape.Hidden, 0.1f), value => value + 1));
        var bias = _graph.Tensor($"{name}.bias", [_shape.Hidden], Normal(_shape.Hidden, 0.1f));
        return _graph.Node("LayerNormalization", [input, scale, bias], ("axis", -1), ("epsilon", 1e-12f));
    }

    private string Scalar(string name, long value) => _graph.Tensor(name, [], [value]);

    private string Weights(string name, long[] shape, float deviation) => _graph.Tensor(name, shape, Normal((int)(shape[0] * shape[1]), deviation));

    private float[] Normal(int count, float deviation)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            // Box and Muller, 1958.
            var radius = Math.Sqrt(-2 * Math.Log(1.0 - _random.NextDouble()));
            values[i] = (float)(radius * Math.Cos(2 * Math.PI * _random.NextDouble())) * deviation;
        }

        return values;
    }
}
