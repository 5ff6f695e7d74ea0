using System.Text.Json;

namespace Synapse.Bench;

/// <summary>A judged collection in BEIR's layout.</summary>
internal sealed record JudgedSet(List<JudgedDocument> Documents, Dictionary<string, string> Queries, Dictionary<string, Dictionary<string, int>> Judgements)
{
    /// <summary>Reads a collection.</summary>
    /// <param name="folder">Holds corpus.jsonl, queries.jsonl and qrels/.</param>
    /// <param name="judgements">Name of the file in qrels/, without its ending.</param>
    public static JudgedSet Read(string folder, string judgements)
    {
        var documents = File.ReadLines(Path.Combine(folder, "corpus.jsonl")).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new JudgedDocument(
                root.GetProperty("_id").GetString()!, root.TryGetProperty("title", out var title) ? title.GetString() ?? "" : "", root.GetProperty("text").GetString()!);
        }).ToList();
        var queries = File.ReadLines(Path.Combine(folder, "queries.jsonl")).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return (Id: json.RootElement.GetProperty("_id").GetString()!, Text: json.RootElement.GetProperty("text").GetString()!);
        }).ToDictionary(query => query.Id, query => query.Text);
        var judged = File.ReadLines(Path.Combine(folder, "qrels", judgements + ".tsv")).Skip(1).Select(line => line.Split('\t'))
            .GroupBy(row => row[0])
            .ToDictionary(group => group.Key, group => group.ToDictionary(row => row[1], row => (int)double.Parse(row[2])));
        return new JudgedSet(documents, queries, judged);
    }

    /// <summary>NDCG at 10 with gain rel / log2(rank + 1), the ideal over all judged documents.</summary>
    public double Ndcg(string query, IReadOnlyList<string> found)
    {
        var judged = Judgements[query];
        var gain = 0.0;
        for (var i = 0; i < Math.Min(10, found.Count); i++)
        {
            gain += judged.GetValueOrDefault(found[i]) / Math.Log2(i + 2);
        }

        var ideal = judged.Values.Where(value => value > 0).OrderDescending().Take(10).Select((value, i) => value / Math.Log2(i + 2)).Sum();
        return ideal == 0 ? 0 : gain / ideal;
    }
}

/// <summary>A document of a judged collection.</summary>
internal sealed record JudgedDocument(string Id, string Title, string Text);
