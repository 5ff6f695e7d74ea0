using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Synapse.StaticModel.Mining;

/// <summary>Chooses the miner of every file of a package.</summary>
internal static partial class PackageMiner
{
    private const int MaxPairsPerFile = 4_000;
    private const int MaxPdfBytes = 4_000_000;

    private static readonly HashSet<string> Braced = new(StringComparer.Ordinal) { ".go", ".rs", ".java", ".c", ".h", ".js", ".ts", ".mjs", ".cs", ".php", ".cc", ".cpp", ".hpp", ".hh", ".hxx", ".vala", ".scala", ".kt", ".swift" };
    private static readonly HashSet<string> Markdown = new(StringComparer.Ordinal) { ".md", ".markdown", ".rst", ".adoc", ".asciidoc", ".rmd", ".txt" };
    private static readonly HashSet<string> Markup = new(StringComparer.Ordinal) { ".html", ".htm", ".xhtml", ".page", ".docbook", ".xht" };
    private static readonly HashSet<string> Hashed = new(StringComparer.Ordinal) { ".rb", ".sh", ".pl", ".pm", ".lua", ".r" };

    [GeneratedRegex(@"/(changelog|changes|news|copyright|authors|license|copying|todo|thanks)[^/]*$|/(cs|da|de|el|es|eu|fi|fr|gl|hu|id|it|ja|ko|nb|nl|nn|no|pl|pt|pt[-_]br|ro|ru|sk|sl|sr|sv|tr|uk|zh|zh[-_](cn|tw|hk))([_.-][^/]*)?/|/locale/|/00Index|genindex|py-modindex|-members\.html|/search\.html|\.min\.js|_8(h|cpp|c|hpp)_source\.html|/(dir_|globals|functions_|namespacemembers|hierarchy|annotated|files|classes)[^/]*\.html$|/tests?/", RegexOptions.IgnoreCase)]
    private static partial Regex Unwanted();

    public static bool Wanted(string path)
    {
        if (Unwanted().IsMatch(path))
        {
            return false;
        }

        var plain = path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path;
        var extension = Path.GetExtension(plain).ToLowerInvariant();
        return extension is ".py" or ".pyi" or ".pod" or ".el" or ".tex" or ".m" or ".info" or ".pdf" or ".rdb" or ".rdx" or ".zip" or ".ipynb"
            || Braced.Contains(extension) || Markdown.Contains(extension) || Markup.Contains(extension) || Hashed.Contains(extension)
            || plain.Contains("/share/man/man", StringComparison.Ordinal) || plain.Contains("/README", StringComparison.OrdinalIgnoreCase) || plain.Contains("/info/", StringComparison.Ordinal);
    }

    public static List<MinedPair> Mine(string debPath)
    {
        var pairs = new List<MinedPair>();
        var parked = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in DebianPackage.Files(debPath, Wanted, MaxPdfBytes))
        {
            MineFile(file, parked, pairs);
        }

        return pairs;
    }

    private static void MineFile(PackageFile file, Dictionary<string, byte[]> parked, List<MinedPair> pairs)
    {
        var (path, content) = file;
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (path.Contains("/dictd/", StringComparison.Ordinal) || extension is ".rdb" or ".rdx")
        {
            MineTwin(path, content, parked, pairs);
            return;
        }

        if (extension == ".zip")
        {
            MineZip(content, parked, pairs);
            return;
        }

        if (extension == ".pdf")
        {
            PdfMiner.Mine(content, pairs);
            return;
        }

        var text = Encoding.UTF8.GetString(content);
        var before = pairs.Count;
        if (path.Contains("/share/man/man", StringComparison.Ordinal))
        {
            ManPageMiner.Mine(text, pairs);
        }
        else if (path.Contains("/mythes/", StringComparison.Ordinal))
        {
            DictionaryMiner.MineThesaurus(text, pairs);
        }
        else if (extension is ".py" or ".pyi")
        {
            CodeMiner.MinePython(text, pairs);
        }
        else if (extension is ".pod" or ".pm" or ".pl")
        {
            PlainTextMiner.MinePod(text, pairs);
            CodeMiner.MineLeadingComments(text, hash: true, pairs);
        }
        else if (extension == ".el")
        {
            CodeMiner.MineLisp(text, pairs);
        }
        else if (extension == ".tex")
        {
            PlainTextMiner.MineLatex(text, pairs);
        }
        else if (path.Contains("/info/", StringComparison.Ordinal) || extension == ".info")
        {
            PlainTextMiner.MineInfo(text, pairs);
        }
        else if (Braced.Contains(extension))
        {
            CodeMiner.MineLeadingComments(text, hash: false, pairs);
        }
        else if (Hashed.Contains(extension))
        {
            CodeMiner.MineLeadingComments(text, hash: true, pairs);
        }
        else if (Markup.Contains(extension))
        {
            MarkupMiner.Mine(text, pairs);
        }
        else if (Markdown.Contains(extension) || path.Contains("/README", StringComparison.OrdinalIgnoreCase))
        {
            PlainTextMiner.MineMarkdown(text, pairs);
        }

        if (pairs.Count - before > MaxPairsPerFile && !path.Contains("/mythes/", StringComparison.Ordinal))
        {
            pairs.RemoveRange(before + MaxPairsPerFile, pairs.Count - before - MaxPairsPerFile);
        }
    }

    private static void MineTwin(string path, byte[] content, Dictionary<string, byte[]> parked, List<MinedPair> pairs)
    {
        var extension = Path.GetExtension(path);
        var stem = path[..^extension.Length];
        parked[path] = content;
        if (extension is ".index" or ".dict" && parked.Remove(stem + ".index", out var index) | parked.Remove(stem + ".dict", out var dictionary))
        {
            if (index is not null && dictionary is not null)
            {
                DictionaryMiner.MineDictd(Encoding.UTF8.GetString(index), dictionary, pairs);
            }
            else
            {
                parked[path] = content;
            }
        }
        else if (extension is ".rdx" or ".rdb" && path.Contains("/help/", StringComparison.Ordinal)
            && parked.TryGetValue(stem + ".rdx", out var rdx) && parked.TryGetValue(stem + ".rdb", out var rdb))
        {
            try
            {
                RHelpMiner.Mine(rdx, rdb, pairs);
            }
            catch (Exception problem) when (problem is InvalidDataException or ArgumentException or IndexOutOfRangeException)
            {
                Console.Error.WriteLine($"{path}: {problem.Message}");
            }
        }
    }

    private static void MineZip(byte[] content, Dictionary<string, byte[]> parked, List<MinedPair> pairs)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(content));
            foreach (var entry in zip.Entries)
            {
                if (entry.Length is > 60 and < 1_000_000 && Wanted("/" + entry.FullName) && !entry.FullName.EndsWith(".zip", StringComparison.Ordinal))
                {
                    using var stream = entry.Open();
                    using var plain = new MemoryStream();
                    stream.CopyTo(plain);
                    MineFile(new PackageFile("/" + entry.FullName, plain.ToArray()), parked, pairs);
                }
            }
        }
        catch (InvalidDataException)
        {
            // Not every .zip is one.
        }
    }
}
