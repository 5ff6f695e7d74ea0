namespace Synapse.Eval;

/// <summary>What the command line asks for.</summary>
/// <param name="DataFolder">Folder of the sets.</param>
/// <param name="RepositoriesFolder">Folder of the checked-out repositories of the code-search benchmark.</param>
/// <param name="ReportPath">Where the table goes; null for the screen alone.</param>
/// <param name="Modes">What is measured: <c>search</c>, <c>answers</c>, <c>tune</c>.</param>
/// <param name="Sets">Names of the sets to measure; empty for all.</param>
/// <param name="UsesPostgres">Whether the store is a PostgreSQL server of the run's own, instead of SQLite.</param>
/// <param name="Explains">Whether the worst queries of the tuning sets are listed with their hits.</param>
internal sealed record EvalArguments(
    string DataFolder, string RepositoriesFolder, string? ReportPath, IReadOnlySet<string> Modes, IReadOnlySet<string> Sets, bool UsesPostgres, bool Explains)
{
    public const string Usage = """
        Measures search and answers on judged collections, through the product's own chunker, store, embedder and searcher.

          dotnet run -c Release --project eval/Synapse.Eval -- --data DIR [options]

          --data DIR          folder with scifact/, cosqa/, cranfield/ (BEIR layout) and code-search/ (repos.json, annotations/)
          --repositories DIR  checked-out repositories, one folder each; default DIR/code-search/repositories
          --report FILE       writes the tables there too, such as eval/results.md
          --mode LIST         search, answers (how often "not found" is wrong), tune (tries constants on the training halves); default search,answers
          --sets LIST         only these sets: scifact, cosqa, cranfield, code
          --store KIND        sqlite (the default), or postgres: a server of the run's own (eng/setup/postgres.sh installs it)
          --explain           lists the queries of the tuning halves that miss, with their hits
        """;

    /// <summary>Reads the command line; null when it is wrong.</summary>
    public static EvalArguments? Read(string[] args)
    {
        var values = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--explain")
            {
                values[args[i]] = "";
            }
            else if (args[i] is "--data" or "--repositories" or "--report" or "--mode" or "--sets" or "--store" && i + 1 < args.Length)
            {
                values[args[i]] = args[++i];
            }
            else
            {
                return null;
            }
        }

        return values.TryGetValue("--data", out var data) && values.GetValueOrDefault("--store", "sqlite") is ("sqlite" or "postgres")
            ? new EvalArguments(
                data,
                values.GetValueOrDefault("--repositories", Path.Combine(data, "code-search", "repositories")),
                values.GetValueOrDefault("--report"),
                values.GetValueOrDefault("--mode", "search,answers").Split(',').ToHashSet(),
                values.GetValueOrDefault("--sets", "scifact,cosqa,cranfield,code").Split(',').ToHashSet(),
                values.GetValueOrDefault("--store") == "postgres",
                values.ContainsKey("--explain"))
            : null;
    }
}
