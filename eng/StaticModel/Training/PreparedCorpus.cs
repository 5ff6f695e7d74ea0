using System.Runtime.InteropServices;

namespace Synapse.StaticModel.Training;

/// <summary>Pairs as lists of distinct token ids with their counts.</summary>
internal sealed class PreparedCorpus
{
    public const int CountShift = 24;
    public const uint IdMask = (1u << CountShift) - 1;

    /// <summary>Every token seen, by id.</summary>
    public required string[] Tokens { get; init; }

    /// <summary>How many texts hold the token; query sides count three times.</summary>
    public required int[] Frequency { get; init; }

    /// <summary>How many packages (or slices of a dictionary) hold the token.</summary>
    public required int[] GroupFrequency { get; init; }

    /// <summary>Entries of all texts: id in the lower 24 bits, count above.</summary>
    public required uint[] Entries { get; init; }

    /// <summary>Query of pair i: entries from Start[2i] to Start[2i+1]; its passage from there to Start[2i+2].</summary>
    public required uint[] Start { get; init; }

    public required byte[] Kind { get; init; }

    public required byte[] Family { get; init; }

    public required int[] Group { get; init; }

    public required uint[] QueryHash { get; init; }

    public required string[] Families { get; init; }

    public int PairCount => Kind.Length;

    public void Save(string path)
    {
        using var writer = new BinaryWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20));
        writer.Write(Families.Length);
        foreach (var family in Families)
        {
            writer.Write(family);
        }

        writer.Write(Tokens.Length);
        foreach (var token in Tokens)
        {
            writer.Write(token);
        }

        Write(writer, Frequency);
        Write(writer, GroupFrequency);
        Write(writer, Entries);
        Write(writer, Start);
        Write(writer, Kind);
        Write(writer, Family);
        Write(writer, Group);
        Write(writer, QueryHash);
    }

    public static PreparedCorpus Load(string path)
    {
        using var reader = new BinaryReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20));
        var families = new string[reader.ReadInt32()];
        for (var i = 0; i < families.Length; i++)
        {
            families[i] = reader.ReadString();
        }

        var tokens = new string[reader.ReadInt32()];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = reader.ReadString();
        }

        return new PreparedCorpus
        {
            Families = families,
            Tokens = tokens,
            Frequency = Read<int>(reader),
            GroupFrequency = Read<int>(reader),
            Entries = Read<uint>(reader),
            Start = Read<uint>(reader),
            Kind = Read<byte>(reader),
            Family = Read<byte>(reader),
            Group = Read<int>(reader),
            QueryHash = Read<uint>(reader),
        };
    }

    private static void Write<T>(BinaryWriter writer, T[] values) where T : unmanaged
    {
        writer.Write(values.Length);
        for (var i = 0; i < values.Length; i += 1 << 24)
        {
            writer.Write(MemoryMarshal.AsBytes(values.AsSpan(i, Math.Min(1 << 24, values.Length - i))));
        }
    }

    private static T[] Read<T>(BinaryReader reader) where T : unmanaged
    {
        var values = GC.AllocateUninitializedArray<T>(reader.ReadInt32());
        for (var i = 0; i < values.Length; i += 1 << 24)
        {
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(i, Math.Min(1 << 24, values.Length - i))));
        }

        return values;
    }
}
