namespace Synapse.Storage.Copying;

/// <summary>The order of the bytes of texts in UTF-8, which is that of the stores.</summary>
internal static class Utf8Order
{
    /// <summary>Compares two texts.</summary>
    /// <returns>Below 0 when the left comes first.</returns>
    public static int Compare(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // Halves of pairs stand for characters beyond all others.
        var (l, r) = (left[same], right[same]);
        return char.IsSurrogate(l) == char.IsSurrogate(r) ? l.CompareTo(r) : char.IsSurrogate(l) ? 1 : -1;
    }
}
