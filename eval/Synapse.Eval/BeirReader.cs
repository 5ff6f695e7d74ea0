using System.Globalization;
using System.Text.Json;

namespace Synapse.Eval;

/// <summary>Reads sets in the layout of BEIR, and writes their documents as files, since files are what Synapse indexes.</summary>
internal static class BeirReader
{
    /// <summary>Reads a set.</summary>
    /// <param name="folder">Holds corpus.jsonl, queries.jsonl and qrels/.</param>
    /// <param name="judgements">Name of the judgements that are measured, such as <c>test</c>.</param>
    /// <param name="target">Where the documents go.</param>
    public static TestSet Read(string folder, string judgements, string target)
    {
        var name = Path.GetFileName(folder);
        // CoSQA's documents are functions of Python; the others are abstracts.
        var extension = name == "cosqa" ? ".py" : ".txt";
        Directory.CreateDirectory(target);
        foreach (var line in File.ReadLines(Path.Combine(folder, "corpus.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            var title = document.RootElement.TryGetProperty("title", out var value) ? value.GetString() : null;
            var text = document.RootElement.GetProperty("text").GetString();
            var content = string.IsNullOrEmpty(title) ? text : $"{title}\n\n{text}";
            File.WriteAllText(Path.Combine(target, document.RootElement.GetProperty("_id").GetString() + extension), content + "\n");
        }

        var texts = File.ReadLines(Path.Combine(folder, "queries.jsonl"))
            .Select(line => JsonSerializer.Deserialize<QueryLine>(line, s_json)!)
            .ToDictionary(query => query.Id, query => query.Text);
        var training = Path.Combine(folder, "qrels", "train.tsv");
        return new TestSet(
            name,
            target,
            ReadQueries(Path.Combine(folder, "qrels", judgements + ".tsv"), texts),
            File.Exists(training) ? ReadQueries(training, texts) : [],
            path => Path.GetFileNameWithoutExtension(path));
    }

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private static List<JudgedQuery> ReadQueries(string judgements, Dictionary<string, string> texts)
        => [.. File.ReadLines(judgements)
            .Skip(1)
            .Select(line => line.Split('\t'))
            .GroupBy(fields => fields[0])
            .Select(group => new JudgedQuery(
                group.Key,
                texts[group.Key],
                group.ToDictionary(fields => fields[1], fields => double.Parse(fields[2], CultureInfo.InvariantCulture))))];

    private sealed record QueryLine([property: System.Text.Json.Serialization.JsonPropertyName("_id")] string Id, string Text);
}
