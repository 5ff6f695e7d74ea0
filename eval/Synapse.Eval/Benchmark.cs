using System.Diagnostics;

namespace Synapse.Eval;

/// <summary>All sets, indexed in one store.</summary>
internal sealed class Benchmark(EvaluationLibrary library, IReadOnlyList<TestSet> prose, IReadOnlyList<CodeRepository> repositories, string leftOut, string indexing)
{
    public EvaluationLibrary Library { get; } = library;

    /// <summary>The sets in BEIR layout.</summary>
    public IReadOnlyList<TestSet> Prose { get; } = prose;

    /// <summary>The repositories of the code-search benchmark.</summary>
    public IReadOnlyList<CodeRepository> Repositories { get; } = repositories;

    /// <summary>What of the code-search benchmark could not be measured.</summary>
    public string LeftOut { get; } = leftOut;

    /// <summary>How much was indexed.</summary>
    public string Indexing { get; } = indexing;

    /// <summary>Reads and indexes what the arguments name.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="work">An empty folder for documents and store.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<Benchmark> PrepareAsync(EvalArguments arguments, string work, CancellationToken cancellationToken)
    {
        var prose = new List<TestSet>();
        foreach (var (name, judgements) in new[] { ("scifact", "test"), ("cosqa", "dev"), ("cranfield", "test") })
        {
            var folder = Path.Combine(arguments.DataFolder, name);
            if (arguments.Sets.Contains(name) && Directory.Exists(folder))
            {
                prose.Add(BeirReader.Read(folder, judgements, Path.Combine(work, "documents", name)));
            }
        }

        var code = Path.Combine(arguments.DataFolder, "code-search");
        var (repositories, leftOut) = arguments.Sets.Contains("code") && Directory.Exists(code)
            ? CodeSearchReader.Read(code, arguments.RepositoriesFolder)
            : ([], "all");

        var library = arguments.UsesPostgres ? await EvaluationLibrary.OnPostgresAsync(cancellationToken) : EvaluationLibrary.OnSqlite(Path.Combine(work, "store"));
        var (started, documents, chunks) = (Stopwatch.GetTimestamp(), 0L, 0L);
        foreach (var set in prose.Concat(repositories.Select(repository => repository.Set)))
        {
            var progress = await library.AddAsync(set, cancellationToken);
            documents += progress.DocumentsAdded;
            chunks += progress.ChunksStored;
        }

        await library.SettleAsync(cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new Benchmark(library, prose, repositories, leftOut, FormattableString.Invariant($"{documents:N0} documents, {chunks:N0} chunks, {seconds:F1} s"));
    }
}
