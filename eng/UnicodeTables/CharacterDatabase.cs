using System.Globalization;

namespace Synapse.UnicodeTables;

/// <summary>What the files of the Unicode character database say of each code point.</summary>
internal sealed class CharacterDatabase
{
    public const int CodePoints = 0x110000;

    private readonly string[] categories = new string[CodePoints];
    private readonly byte[] combiningClasses = new byte[CodePoints];
    private readonly double[] ages = new double[CodePoints];
    private readonly SortedDictionary<int, Decomposition> decompositions = [];
    private readonly SortedSet<int> exclusions = [];

    public static CharacterDatabase Read(string folder)
    {
        var database = new CharacterDatabase();
        Array.Fill(database.categories, "Cn");
        Array.Fill(database.ages, double.PositiveInfinity);
        database.ReadCharacters(Path.Combine(folder, "UnicodeData.txt"));
        foreach (var (first, last, value) in Ranges(Path.Combine(folder, "DerivedAge.txt")))
        {
            Array.Fill(database.ages, double.Parse(value, CultureInfo.InvariantCulture), first, last - first + 1);
        }

        foreach (var (first, last, _) in Ranges(Path.Combine(folder, "CompositionExclusions.txt")))
        {
            database.exclusions.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return database;
    }

    public string CategoryOf(int codePoint) => categories[codePoint];

    /// <summary>The version of Unicode that first had the character.</summary>
    public double AgeOf(int codePoint) => ages[codePoint];

    public byte CombiningClassOf(int codePoint) => combiningClasses[codePoint];

    public IReadOnlyDictionary<int, Decomposition> Decompositions => decompositions;

    public IReadOnlyCollection<int> CompositionExclusions => exclusions;

    private void ReadCharacters(string path)
    {
        var first = 0;
        foreach (var line in File.ReadLines(path))
        {
            var fields = line.Split(';');
            var codePoint = Hex(fields[0]);
            first = fields[1].EndsWith(", Last>", StringComparison.Ordinal) ? first : codePoint;
            Array.Fill(categories, fields[2], first, codePoint - first + 1);
            combiningClasses[codePoint] = byte.Parse(fields[3], CultureInfo.InvariantCulture);
            if (fields[5].Length > 0)
            {
                var parts = fields[5].Split(' ');
                var isCompatible = parts[0].StartsWith('<');
                decompositions[codePoint] = new Decomposition(isCompatible, [.. parts.Skip(isCompatible ? 1 : 0).Select(Hex)]);
            }

            first = codePoint;
        }
    }

    private static IEnumerable<(int First, int Last, string Value)> Ranges(string path)
        => from line in File.ReadLines(path)
           let text = line.Split('#')[0].Trim()
           where text.Length > 0
           let fields = text.Split(';')
           let ends = fields[0].Trim().Split("..")
           select (Hex(ends[0]), Hex(ends[^1]), fields.Length > 1 ? fields[1].Trim() : "");

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

/// <summary>What a character is made of, one step deep.</summary>
internal sealed record Decomposition(bool IsCompatible, int[] CodePoints);
