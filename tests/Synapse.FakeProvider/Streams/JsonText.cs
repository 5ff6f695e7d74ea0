using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Synapse.Fakes.Streams;

/// <summary>JSON as the servers write it: without blanks, text beyond ASCII as it is.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true, NewLine = "\n" };

    public static string Of(JsonNode node) => node.ToJsonString(Compact);

    public static string IndentedOf(JsonNode node) => node.ToJsonString(Indented);

    public static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(Of(node));
}
