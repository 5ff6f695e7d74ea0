using System.Text.Json;

namespace Synapse.StaticModel.Scoring;

/// <summary>A retrieval test collection in BEIR layout.</summary>
internal sealed class BeirSet
{
    public required string Name { get; init; }

    public required string[] Documents { get; init; }

    public required (string Text, Dictionary<int, double> Gains)[] Queries { get; init; }

    /// <param name="folder">Holds corpus.jsonl, queries.jsonl and qrels/.</param>
    /// <param name="judgements">File name in qrels/, for instance test.tsv.</param>
    public static BeirSet Load(string folder, string judgements)
    {
        var documents = new List<string>();
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(folder, "corpus.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            index[json.RootElement.GetProperty("_id").GetString()!] = documents.Count;
            documents.Add((json.RootElement.GetProperty("title").GetString() + "\n" + json.RootElement.GetProperty("text").GetString()).Trim());
        }

        var gains = new Dictionary<string, Dictionary<int, double>>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(folder, "qrels", judgements)).Skip(1))
        {
            var fields = line.Split('\t');
            var gain = double.Parse(fields[2], System.Globalization.CultureInfo.InvariantCulture);
            if (gain > 0 && index.TryGetValue(fields[1], out var document))
            {
                (gains.TryGetValue(fields[0], out var judged) ? judged : gains[fields[0]] = [])[document] = gain;
            }
        }

        var queries = new List<(string, Dictionary<int, double>)>();
        foreach (var line in File.ReadLines(Path.Combine(folder, "queries.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            if (gains.TryGetValue(json.RootElement.GetProperty("_id").GetString()!, out var judged))
            {
                queries.Add((json.RootElement.GetProperty("text").GetString()!, judged));
            }
        }

        return new BeirSet { Name = Path.GetFileName(folder.TrimEnd('/')) + " " + Path.GetFileNameWithoutExtension(judgements), Documents = [.. documents], Queries = [.. queries] };
    }
}
