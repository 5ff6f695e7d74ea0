namespace Synapse.UnicodeTables;

/// <summary>
/// Writes the tables. The versions of Unicode are those of the libraries that Hugging Face's tokenizers are built from: categories of
/// Unicode 8 (the crate unicode_categories), normalisation of Unicode 9 (unicode-normalization-alignments). Every model was trained with
/// them, so that newer characters must not be read as newer versions read them.
/// </summary>
internal sealed class TableWriter(CharacterDatabase database)
{
    private const double CategoriesVersion = 8;
    private const double NormalizationVersion = 9;

    // Characters that Unicode has put into another category since: what they were, up to which version.
    private static readonly Dictionary<int, (string Category, double Until)> Former = new()
    {
        [0x166D] = ("Po", 9),
        [0x1734] = ("Mn", 9),
        [0x1885] = ("Lo", 8),
        [0x1886] = ("Lo", 8),
        [0x1CF2] = ("Mc", 9),
        [0x1CF3] = ("Mc", 9),
        [0xA9BD] = ("Mc", 9),
        [0x111C9] = ("Po", 9),
    };

    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write("SYNUNIC1"u8);
        WriteSet(writer, codePoint => Is(codePoint, CategoriesVersion, "Cc", "Cf", "Co"));
        WriteSet(writer, codePoint => Is(codePoint, CategoriesVersion, "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"));
        WriteSet(writer, codePoint => Is(codePoint, CategoriesVersion, "Mn"));
        WriteSet(writer, codePoint => Is(codePoint, NormalizationVersion, "Mn", "Mc", "Me"));
        WriteCombiningClasses(writer);
        WriteDecompositions(writer);
        WriteSet(writer, codePoint => database.CompositionExclusions.Contains(codePoint));
    }

    private bool Is(int codePoint, double version, params ReadOnlySpan<string> categories)
        => database.AgeOf(codePoint) <= version
            && categories.Contains(Former.TryGetValue(codePoint, out var former) && version <= former.Until ? former.Category : database.CategoryOf(codePoint));

    /// <summary>A set as runs: the gap since the last one, the length.</summary>
    private static void WriteSet(BinaryWriter writer, Func<int, bool> contains)
    {
        var runs = new List<(int First, int Length)>();
        for (var codePoint = 0; codePoint < CharacterDatabase.CodePoints; codePoint++)
        {
            if (!contains(codePoint))
            {
                continue;
            }

            if (runs.Count > 0 && runs[^1].First + runs[^1].Length == codePoint)
            {
                runs[^1] = (runs[^1].First, runs[^1].Length + 1);
            }
            else
            {
                runs.Add((codePoint, 1));
            }
        }

        writer.Write7BitEncodedInt(runs.Count);
        var last = 0;
        foreach (var (first, length) in runs)
        {
            writer.Write7BitEncodedInt(first - last);
            writer.Write7BitEncodedInt(length);
            last = first + length;
        }
    }

    private void WriteCombiningClasses(BinaryWriter writer)
    {
        var combining = Enumerable.Range(0, CharacterDatabase.CodePoints)
            .Where(codePoint => database.CombiningClassOf(codePoint) > 0 && database.AgeOf(codePoint) <= NormalizationVersion)
            .ToList();
        writer.Write7BitEncodedInt(combining.Count);
        var last = 0;
        foreach (var codePoint in combining)
        {
            writer.Write7BitEncodedInt(codePoint - last);
            writer.Write(database.CombiningClassOf(codePoint));
            last = codePoint;
        }
    }

    private void WriteDecompositions(BinaryWriter writer)
    {
        var decompositions = database.Decompositions.Where(entry => database.AgeOf(entry.Key) <= NormalizationVersion).ToList();
        writer.Write7BitEncodedInt(decompositions.Count);
        var last = 0;
        foreach (var (codePoint, decomposition) in decompositions)
        {
            writer.Write7BitEncodedInt(codePoint - last);
            writer.Write7BitEncodedInt((decomposition.CodePoints.Length << 1) | (decomposition.IsCompatible ? 1 : 0));
            foreach (var part in decomposition.CodePoints)
            {
                writer.Write7BitEncodedInt(part);
            }

            last = codePoint;
        }
    }
}
