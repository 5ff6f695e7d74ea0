using System.Text.Json;

namespace Synapse.Eval;

/// <summary>Reads the code-search benchmark: annotations, and repositories that were checked out before.</summary>
internal static class CodeSearchReader
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the repositories that are there.</summary>
    /// <param name="folder">Holds repos.json and annotations/.</param>
    /// <param name="checkouts">Holds one folder for each repository.</param>
    /// <returns>The sets in the order of repos.json; and what was left out for want of files.</returns>
    public static (List<CodeRepository> Repositories, string LeftOut) Read(string folder, string checkouts)
    {
        var repositories = new List<CodeRepository>();
        var (missingRepositories, missingTargets, droppedQueries) = (new List<string>(), 0, 0);
        var entries = JsonSerializer.Deserialize<List<RepositoryEntry>>(File.ReadAllText(Path.Combine(folder, "repos.json")), s_json)!;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            var checkout = Path.Combine(checkouts, entry.Name);
            var root = entry.BenchmarkRoot is null ? checkout : Path.Combine(checkout, entry.BenchmarkRoot);
            var annotations = JsonSerializer.Deserialize<List<Annotation>>(File.ReadAllText(Path.Combine(folder, "annotations", entry.Name + ".json")), s_json)!;
            if (!Directory.Exists(root))
            {
                missingRepositories.Add(entry.Name);
                droppedQueries += annotations.Count;
                continue;
            }

            var queries = new List<JudgedQuery>();
            foreach (var (annotation, number) in annotations.Select((annotation, number) => (annotation, number)))
            {
                var targets = annotation.Relevant.Concat(annotation.Secondary).Select(PathOf).ToList();
                var found = targets.Select(target => Resolve(target, checkout, root)).OfType<string>().Distinct().ToDictionary(path => path, _ => 1.0);
                missingTargets += targets.Count(target => Resolve(target, checkout, root) is null);
                if (found.Count == 0)
                {
                    droppedQueries++;
                    continue;
                }

                queries.Add(new JudgedQuery($"{entry.Name}/{number}", annotation.Query, found, annotation.Category));
            }

            repositories.Add(new CodeRepository(entry.Language, i % 2 == 0, new TestSet(entry.Name, root, queries, [], path => path)));
        }

        return (repositories, $"{missingRepositories.Count} repositories ({string.Join(", ", missingRepositories)}), {missingTargets} further target files, {droppedQueries} queries");
    }

    private static string? Resolve(string target, string checkout, string root)
    {
        // Some annotations name files from the repository's root, others from the benchmark's root.
        var path = new[] { Path.Combine(checkout, target), Path.Combine(root, target) }.FirstOrDefault(File.Exists);
        return path is null ? null : Path.GetRelativePath(root, path).Replace('\\', '/');
    }

    private static string PathOf(JsonElement target)
        => target.ValueKind == JsonValueKind.String ? target.GetString()! : target.GetProperty("path").GetString()!;

    private sealed record RepositoryEntry(
        string Name, string Language, [property: System.Text.Json.Serialization.JsonPropertyName("benchmark_root")] string? BenchmarkRoot);

    private sealed record Annotation(string Query, IReadOnlyList<JsonElement> Relevant, IReadOnlyList<JsonElement> Secondary, string Category);
}
