using System.Reflection;

namespace Synapse.LocalModels.Tokenizing.Unicode;

/// <summary>
/// The tables of the resource that <c>eng/UnicodeTables</c> writes. The process runs with invariant globalisation, in which
/// <see cref="string.Normalize()"/> changes nothing beyond ASCII; and the tables are of the versions of Unicode that tokenizers use.
/// </summary>
internal sealed class UnicodeTables
{
    private const string ResourceName = "Synapse.LocalModels.unicode.bin";
    private const int CodePoints = 0x110000;

    private UnicodeTables(BinaryReader reader)
    {
        if (!reader.ReadBytes(8).AsSpan().SequenceEqual("SYNUNIC1"u8))
        {
            throw new InvalidDataException($"The resource {ResourceName} is not in the format this version reads.");
        }

        Controls = ReadSet(reader);
        Punctuation = ReadSet(reader);
        NonspacingMarks = ReadSet(reader);
        Marks = ReadSet(reader);
        CombiningClasses = new byte[CodePoints];
        var codePoint = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            codePoint += reader.Read7BitEncodedInt();
            CombiningClasses[codePoint] = reader.ReadByte();
        }

        ReadDecompositions(reader);
        CompositionExclusions = [.. ReadSet(reader).SelectMany(static run => Enumerable.Range(run.First, run.Length))];
    }

    /// <summary>Control, format and private characters.</summary>
    public IReadOnlyList<(int First, int Length)> Controls { get; }

    /// <summary>Punctuation of all kinds.</summary>
    public IReadOnlyList<(int First, int Length)> Punctuation { get; }

    /// <summary>Marks without a width of their own.</summary>
    public IReadOnlyList<(int First, int Length)> NonspacingMarks { get; }

    /// <summary>Marks of all kinds.</summary>
    public IReadOnlyList<(int First, int Length)> Marks { get; }

    /// <summary>Canonical combining class of each code point.</summary>
    public byte[] CombiningClasses { get; }

    /// <summary>Canonical decompositions, one step deep.</summary>
    public Dictionary<int, int[]> Canonical { get; } = [];

    /// <summary>Compatibility decompositions, one step deep.</summary>
    public Dictionary<int, int[]> Compatible { get; } = [];

    /// <summary>What is never composed.</summary>
    public HashSet<int> CompositionExclusions { get; }

    public static UnicodeTables FromResource()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
            ?? throw new InvalidDataException($"The resource {ResourceName} is missing.");
        using var reader = new BinaryReader(stream);
        return new UnicodeTables(reader);
    }

    private static List<(int First, int Length)> ReadSet(BinaryReader reader)
    {
        var runs = new List<(int First, int Length)>();
        var next = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            next += reader.Read7BitEncodedInt();
            runs.Add((next, reader.Read7BitEncodedInt()));
            next += runs[^1].Length;
        }

        return runs;
    }

    private void ReadDecompositions(BinaryReader reader)
    {
        var codePoint = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            codePoint += reader.Read7BitEncodedInt();
            var header = reader.Read7BitEncodedInt();
            var parts = new int[header >> 1];
            foreach (ref var part in parts.AsSpan())
            {
                part = reader.Read7BitEncodedInt();
            }

            ((header & 1) == 0 ? Canonical : Compatible)[codePoint] = parts;
        }
    }
}
