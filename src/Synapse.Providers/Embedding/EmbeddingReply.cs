using System.Buffers;
using System.Buffers.Text;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Embedding;

/// <summary>The embeddings of one request, checked: as many as were asked for, each index once, one length, every number finite.</summary>
internal sealed class EmbeddingReply
{
    private readonly float[]?[] _rows;
    private readonly FailureClassifier _classifier;
    private int _usualLength = 1_024;

    private EmbeddingReply(int count, FailureClassifier classifier)
    {
        _rows = new float[]?[count];
        _classifier = classifier;
    }

    /// <summary>The embeddings in the order of the texts.</summary>
    public IReadOnlyList<float[]> Rows => _rows!;

    /// <summary>Tokens as the server counted them; 0 when it did not say.</summary>
    public long InputTokens { get; private set; }

    /// <summary>What the server calls the model; null when it did not say.</summary>
    public string? Model { get; private set; }

    /// <summary>Reads a reply of OpenAI's shape (numbers or base64 of little-endian floats, placed by their index) or of Ollama's own.</summary>
    /// <param name="json">The body.</param>
    /// <param name="count">How many texts were sent; at least 1.</param>
    /// <param name="dimensions">How many numbers each must have; null for any, but all the same.</param>
    /// <param name="classifier">Gives failures their class.</param>
    /// <exception cref="WireException">The reply is an error, or is not what was asked for.</exception>
    public static EmbeddingReply Read(ReadOnlyMemory<byte> json, int count, int? dimensions, FailureClassifier classifier)
    {
        var reply = new EmbeddingReply(count, classifier);
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            reply.ReadRoot(ref reader, json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new WireException(classifier.Protocol("the reply is not valid JSON of embeddings"), exception);
        }

        reply.Check(dimensions);
        return reply;
    }

    private void ReadRoot(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "the reply is not a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                {
                    throw new WireException(_classifier.OfEvent(ErrorText.Read(json.Span)));
                }
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                ReadRows(ref reader, isData: true);
            }
            else if (reader.ValueTextEquals("embeddings"u8))
            {
                ReadRows(ref reader, isData: false);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                ReadUsage(ref reader);
            }
            else if (reader.ValueTextEquals("prompt_eval_count"u8))
            {
                reader.Read();
                InputTokens = reader.TryGetInt64(out var tokens) ? tokens : 0;
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                Model = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else
            {
                reader.Skip();
            }
        }

        // A second text after the first, or a cut one, is seen here.
        while (reader.Read())
        {
        }
    }

    private void ReadRows(ref Utf8JsonReader reader, bool isData)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray, "the embeddings are not an array");
        for (var position = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; position++)
        {
            if (isData)
            {
                ReadItem(ref reader, position);
            }
            else
            {
                Place(position, ReadVector(ref reader));
            }
        }
    }

    private void ReadItem(ref Utf8JsonReader reader, int position)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, "an embedding is not an object");
        var index = position;
        float[]? vector = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                Expect(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out index), "an index is not a number");
            }
            else if (reader.ValueTextEquals("embedding"u8))
            {
                reader.Read();
                vector = ReadVector(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        Expect(vector is not null, "an entry has no embedding");
        Place(index, vector!);
    }

    private float[] ReadVector(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return Decode(ref reader);
        }

        Expect(reader.TokenType == JsonTokenType.StartArray, "an embedding is not an array");
        var numbers = new float[_usualLength];
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(reader.TokenType == JsonTokenType.Number, "an embedding holds something that is no number");
            if (count == numbers.Length)
            {
                Array.Resize(ref numbers, count * 2);
            }

            numbers[count++] = reader.GetSingle();
        }

        // The other rows are as long as this one, or the reply is refused.
        _usualLength = Math.Max(1, count);
        Array.Resize(ref numbers, count);
        return numbers;
    }

    private float[] Decode(ref Utf8JsonReader reader)
    {
        // Straight into the numbers, without a copy between.
        var text = reader.ValueSpan;
        var length = (text.Length / 4 * 3) - (text.EndsWith("=="u8) ? 2 : text.EndsWith("="u8) ? 1 : 0);
        if (!reader.ValueIsEscaped && length % sizeof(float) == 0)
        {
            var numbers = new float[length / sizeof(float)];
            if (Base64.DecodeFromUtf8(text, MemoryMarshal.AsBytes(numbers.AsSpan()), out _, out var written) == OperationStatus.Done && written == length)
            {
                return numbers;
            }
        }

        // A slash that is written as "\/", a blank within, or no base64 at all.
        var bytes = reader.GetBytesFromBase64();
        Expect(bytes.Length % sizeof(float) == 0, "an embedding in base64 is cut");
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    private void ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTokens = reader.ValueTextEquals("prompt_tokens"u8);
            reader.Read();
            if (isTokens && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var tokens))
            {
                InputTokens = tokens;
            }

            reader.Skip();
        }
    }

    private void Place(int index, float[] vector)
    {
        Expect(index >= 0 && index < _rows.Length, $"there is an embedding number {index}, and {_rows.Length} were asked for");
        Expect(_rows[index] is null, $"there are two embeddings number {index}");
        _rows[index] = vector;
    }

    private void Check(int? dimensions)
    {
        var missing = Array.IndexOf(_rows, null);
        Expect(missing < 0, $"the embedding number {missing} of {_rows.Length} is missing");
        var length = dimensions ?? _rows[0]!.Length;
        Expect(length > 0, "the embeddings are empty");
        foreach (var row in _rows)
        {
            Expect(row!.Length == length, $"an embedding has {row.Length} numbers where {length} were expected");
            Expect(TensorPrimitives.IsFiniteAll<float>(row), "an embedding holds a number that is not finite");
        }
    }

    private void Expect(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new WireException(_classifier.Protocol(otherwise));
        }
    }
}
