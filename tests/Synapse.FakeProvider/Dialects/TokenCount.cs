namespace Synapse.Fakes.Dialects;

/// <summary>A token is four characters here, as a rule of thumb that clients can reckon with.</summary>
internal static class TokenCount
{
    public static int Of(string text) => (text.Length + 3) / 4;
}
