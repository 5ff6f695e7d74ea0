using System.Diagnostics;

namespace Synapse.StaticModel.Mining;

/// <summary><c>mine</c>: reads .deb files and the package index, writes pair files.</summary>
internal static class MineCommand
{
    /// <param name="packages">Folder with one folder of .deb files per family; apt's lists may lie beside it in a folder of its name plus "-lists".</param>
    /// <param name="output">Receives one .pairs file per family.</param>
    /// <param name="families">Which; empty for all.</param>
    /// <param name="threads">How many packages at a time. The output does not depend on it.</param>
    public static void Run(string packages, string output, IReadOnlyList<string> families, int threads)
    {
        Directory.CreateDirectory(output);
        if (families.Count == 0 || families.Contains("index"))
        {
            MineIndex(output, Directory.Exists(packages + "-lists") ? packages + "-lists" : null);
        }

        foreach (var folder in Directory.GetDirectories(packages).Order(StringComparer.Ordinal))
        {
            var family = Path.GetFileName(folder);
            if (families.Count > 0 && !families.Contains(family))
            {
                continue;
            }

            var debs = Directory.GetFiles(folder, "*.deb");
            Array.Sort(debs, StringComparer.Ordinal);
            var partial = Path.Combine(output, family + ".partial");
            using (var writer = new PairWriter(partial))
            {
                for (var start = 0; start < debs.Length; start += 32)
                {
                    var batch = new List<MinedPair>[Math.Min(32, debs.Length - start)];
                    var first = start;
                    Parallel.For(0, batch.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => batch[i] = MineOne(debs[first + i]));
                    for (var i = 0; i < batch.Length; i++)
                    {
                        foreach (var pair in batch[i])
                        {
                            writer.Add(start + i, pair);
                        }
                    }
                }

                Console.WriteLine($"{family}: {debs.Length} packages, {writer.Counts.Sum()} pairs ({string.Join(", ", Enum.GetValues<PairKind>().Select(kind => $"{kind} {writer.Counts[(int)kind]}"))})");
            }

            File.Move(partial, Path.Combine(output, family + ".pairs"), overwrite: true);
        }
    }

    private static List<MinedPair> MineOne(string deb)
    {
        try
        {
            return PackageMiner.Mine(deb);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or FormatException or ArgumentException)
        {
            Console.Error.WriteLine($"{Path.GetFileName(deb)}: {problem.Message}");
            return [];
        }
    }

    /// <summary>The long descriptions lie in the index's English translation, which apt fetches with Acquire::Languages=en.</summary>
    private static void MineIndex(string output, string? lists)
    {
        string[] options = lists is null ? ["-o", "Acquire::Languages=en"] : ["-o", "Acquire::Languages=en", "-o", "Dir::State::Lists=" + lists];
        using var writer = new PairWriter(Path.Combine(output, "index.pairs"));
        foreach (var file in OutputOf("apt-get", ["indextargets", .. options, "--format", "$(FILENAME)", "Created-By: Translations"]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!file.Contains("Translation-en", StringComparison.Ordinal) || !File.Exists(file))
            {
                continue;
            }

            var pairs = DescriptionMiner.Mine(OutputOf("/usr/lib/apt/apt-helper", ["cat-file", file]));
            for (var i = 0; i < pairs.Count; i++)
            {
                writer.Add(i / 64, pairs[i]);
            }
        }

        Console.WriteLine($"index: {writer.Counts.Sum()} pairs");
    }

    private static string OutputOf(string command, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
