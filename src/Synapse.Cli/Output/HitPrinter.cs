using System.Globalization;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes hits for people.</summary>
internal static class HitPrinter
{
    private const int ShownLines = 8;
    private const int ShownWidth = 160;

    public static void Print(SearchResponse found, string query, bool explain, Terminal terminal)
    {
        var marker = new TermMarker(query);
        var severalCollections = found.Hits.Select(hit => hit.Collection).Distinct().Count() > 1;
        foreach (var hit in found.Hits)
        {
            var place = terminal.Place(Terminal.Clean($"{hit.Document}:{hit.StartLine}-{hit.EndLine}"));
            var name = hit.Symbol ?? hit.Heading;
            terminal.Line($"{place}{(name is null ? "" : $"  {terminal.Bold(Terminal.Clean(name))}")}"
                + (severalCollections ? $"  {terminal.Dim($"[{Terminal.Clean(hit.Collection)}]")}" : "")
                + $"  {terminal.Dim(Number(hit.Score))}");
            if (explain)
            {
                PrintParts(hit, terminal);
            }

            PrintText(hit, marker, terminal);
            terminal.Line();
        }

        terminal.Line(found.Hits.Count == 0
            ? "No passage matches."
            : terminal.Dim(string.Create(CultureInfo.InvariantCulture, $"{found.Hits.Count} {(found.Hits.Count == 1 ? "hit" : "hits")} in {found.ElapsedMs:0.0} ms")));
    }

    private static void PrintParts(HitResponse hit, Terminal terminal)
    {
        var parts = hit.Explain.OrderByDescending(part => Math.Abs(part.Value)).Select(part => $"{part.Key} {Number(part.Value)}");
        terminal.Line(terminal.Dim($"    {Number(hit.Score)} = {string.Join(" + ", parts)}"
            + string.Create(CultureInfo.InvariantCulture, $"   (BM25 {hit.Bm25Score:0.00}, cosine {hit.CosineSimilarity:0.00})")));
    }

    // The lines around the first one with a word of the query, so that the reader sees why it is a hit.
    private static void PrintText(HitResponse hit, TermMarker marker, Terminal terminal)
    {
        var lines = hit.Text.TrimEnd('\n').Split('\n');
        var first = Math.Max(0, Array.FindIndex(lines, marker.Matches) - 1);
        first = Math.Min(first, Math.Max(0, lines.Length - ShownLines));
        var width = hit.EndLine.ToString(CultureInfo.InvariantCulture).Length;
        foreach (var (line, index) in lines.Skip(first).Take(ShownLines).Select((line, index) => (line, index)))
        {
            var number = (hit.StartLine + first + index).ToString(CultureInfo.InvariantCulture).PadLeft(width);
            var text = Terminal.Clean(line.TrimEnd('\r'));
            terminal.Line($"  {terminal.Dim(number)}  {marker.Mark(text.Length > ShownWidth ? text[..ShownWidth] + "…" : text, terminal)}");
        }
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
