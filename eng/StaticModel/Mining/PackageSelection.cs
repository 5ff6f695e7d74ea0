using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Synapse.StaticModel.Mining;

/// <summary>Chooses packages of the archive by the lines of packages.txt and fetches them with apt.</summary>
internal static partial class PackageSelection
{
    private const int NamesPerCall = 40;

    private sealed record Rule(string Family, double MaxBytes, Regex Pattern, bool BySection);

    [GeneratedRegex(@"-dbg|-dbgsym|l10n|-[a-z]{2}$")]
    private static partial Regex Unwanted();

    /// <param name="rulesPath">packages.txt.</param>
    /// <param name="output">Gets one folder of .deb files per family. Packages that are there already are not fetched again.</param>
    public static void Download(string rulesPath, string output)
    {
        foreach (var family in Select(rulesPath).GroupBy(static p => p.Family))
        {
            var folder = Directory.CreateDirectory(Path.Combine(output, family.Key)).FullName;
            var present = Directory.GetFiles(folder, "*.deb").Select(static file => Path.GetFileName(file).Split('_')[0]).ToHashSet(StringComparer.Ordinal);
            var missing = family.Select(static p => p.Name).Where(name => !present.Contains(name)).ToArray();
            foreach (var names in missing.Chunk(NamesPerCall))
            {
                if (!Fetch(folder, names))
                {
                    // One package that cannot be had must not cost the others of its call.
                    Array.ForEach(names, name => Fetch(folder, [name]));
                }
            }

            Console.WriteLine($"{family.Key}: {family.Count()} packages chosen, {Directory.GetFiles(folder, "*.deb").Length} there");
        }
    }

    private static IEnumerable<(string Family, string Name)> Select(string rulesPath)
    {
        var rules = File.ReadLines(rulesPath).Where(static line => line.Length > 0 && line[0] != '#').Select(Parse).ToArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("apt-cache", ["dumpavail"]) { RedirectStandardOutput = true })!;
        foreach (var stanza in process.StandardOutput.ReadToEnd().Split("\n\n"))
        {
            var name = Field(stanza, "Package: ");
            if (name.Length == 0 || !double.TryParse(Field(stanza, "Size: "), NumberStyles.Float, CultureInfo.InvariantCulture, out var bytes) || !seen.Add(name))
            {
                continue;
            }

            var section = Field(stanza, "Section: ");
            var rule = Array.Find(rules, r => bytes <= r.MaxBytes && r.Pattern.IsMatch(r.BySection ? section : name));
            if (rule is not null && (rule.BySection || rule.Family is "bigsci" or "dict" || !Unwanted().IsMatch(name)))
            {
                yield return (rule.Family, name);
            }
        }
    }

    private static Rule Parse(string line)
    {
        var fields = line.Split(' ', 3);
        var bySection = fields[2].StartsWith("section:", StringComparison.Ordinal);
        return new Rule(fields[0], double.Parse(fields[1], CultureInfo.InvariantCulture) * 1e6, new Regex(bySection ? fields[2][8..] : fields[2], RegexOptions.CultureInvariant), bySection);
    }

    private static string Field(string stanza, string name)
    {
        var at = stanza.StartsWith(name, StringComparison.Ordinal) ? 0 : stanza.IndexOf("\n" + name, StringComparison.Ordinal) + 1;
        if (at == 0 && !stanza.StartsWith(name, StringComparison.Ordinal))
        {
            return "";
        }

        var end = stanza.IndexOf('\n', at);
        return stanza[(at + name.Length)..(end < 0 ? stanza.Length : end)];
    }

    private static bool Fetch(string folder, string[] names)
    {
        using var process = Process.Start(new ProcessStartInfo("apt-get", ["-qq", "download", .. names]) { WorkingDirectory = folder, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
