using System.Text.Json;
using Synapse.Errors;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads the files of a model's folder, up to a size.</summary>
internal static class ModelFiles
{
    // The largest known, of vocabularies with a quarter of a million pieces, have some 35 MB.
    private const long MaxBytes = 128L << 20;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>Reads a JSON file whose root is an object.</summary>
    public static JsonDocument ReadJson(string path)
    {
        try
        {
            var json = JsonDocument.Parse(ReadBytes(path), Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json : throw new ModelFormatException(path, "it is not a JSON object");
        }
        catch (JsonException damaged)
        {
            throw new ModelFormatException(path, $"it is not JSON (line {damaged.LineNumber + 1})", damaged);
        }
    }

    public static byte[] ReadBytes(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            if (stream.Length > MaxBytes)
            {
                throw new ModelFormatException(path, $"it has more than {MaxBytes >> 20} MB");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelFormatException(path, $"it cannot be read ({unreadable.Message})", unreadable);
        }
    }
}
