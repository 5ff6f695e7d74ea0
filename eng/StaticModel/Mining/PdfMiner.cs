using System.Diagnostics;
using System.Text;

namespace Synapse.StaticModel.Mining;

/// <summary>PDF manuals and vignettes, through pdftotext (poppler-utils) where it is installed.</summary>
internal static class PdfMiner
{
    private static bool missing;

    public static void Mine(byte[] pdf, List<MinedPair> pairs)
    {
        if (missing)
        {
            return;
        }

        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, pdf);
            using var process = Process.Start(new ProcessStartInfo("pdftotext", ["-enc", "UTF-8", "-l", "150", path, "-"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            foreach (var (heading, body) in Sections(text))
            {
                Prose.AddSection(pairs, "", heading, body);
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            missing = true;
            Console.Error.WriteLine("pdftotext is not installed: PDF files are left out");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A short line of its own before a long paragraph is its heading; hyphens at line ends are joined.</summary>
    private static IEnumerable<(string Heading, string Body)> Sections(string text)
    {
        var heading = "";
        var body = new StringBuilder();
        foreach (var raw in text.Replace("-\n", "", StringComparison.Ordinal).Replace("\f", "\n\n", StringComparison.Ordinal).Split("\n\n"))
        {
            var paragraph = Prose.Squeeze(raw.Replace("ﬁ", "fi", StringComparison.Ordinal).Replace("ﬂ", "fl", StringComparison.Ordinal));
            if (paragraph.Length is > 4 and < 90 && !paragraph.Contains('.', StringComparison.Ordinal) && char.IsLetter(paragraph[^1]))
            {
                if (body.Length > 200)
                {
                    yield return (heading, body.ToString());
                    body.Clear();
                }

                heading = paragraph;
            }
            else if (paragraph.Length > 120 && Prose.LooksEnglish(paragraph))
            {
                body.Append(paragraph).Append("\n\n");
            }
        }

        yield return (heading, body.ToString());
    }
}
