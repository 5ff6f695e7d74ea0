using System.Text;

namespace Synapse.Ingestion.Walking;

/// <summary>Text as its UTF-8 bytes, one per UTF-16 unit. Git matches bytes, so that <c>?</c> is one byte of a name and not one character.</summary>
internal static class ByteString
{
    /// <summary>The UTF-8 bytes of a name, one per unit; the name itself when it is ASCII.</summary>
    public static string Of(string name)
        => Ascii.IsValid(name) ? name : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(name));

    /// <summary>The text whose UTF-8 bytes these are.</summary>
    public static string ToText(string bytes)
        => Ascii.IsValid(bytes) ? bytes : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
}
