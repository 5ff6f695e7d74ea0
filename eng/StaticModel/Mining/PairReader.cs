namespace Synapse.StaticModel.Mining;

/// <summary>Reads what <see cref="PairWriter"/> wrote.</summary>
internal static class PairReader
{
    public static IEnumerable<(PairKind Kind, int Group, string Query, string Passage)> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        using var reader = new BinaryReader(stream);
        while (stream.Position < stream.Length)
        {
            yield return ((PairKind)reader.ReadByte(), reader.ReadInt32(), reader.ReadString(), reader.ReadString());
        }
    }
}
