using System.Globalization;
using System.Text;
using Synapse.Answering;
using Synapse.Library;
using Synapse.Retrieval;

namespace Synapse.Eval;

/// <summary>Measures how often "not found" is wrong: queries against their own collection, and the same queries against collections about something else.</summary>
internal sealed class AnswerReport(Benchmark benchmark)
{
    private const int QueriesPerSet = 250;

    private readonly Searcher _searcher = new(benchmark.Library.Store, benchmark.Library.Embedders, benchmark.Library.Analyzer, TimeProvider.System);
    private readonly double _threshold = new AnswerSettings().EvidenceThreshold;

    /// <summary>Makes the table in Markdown.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        text.AppendLine("| queries | own collection: not found, wrongly | other collections: found, wrongly | of so many |")
            .AppendLine("| --- | --- | --- | --- |");
        foreach (var set in benchmark.Prose)
        {
            var others = benchmark.Prose.Where(other => other != set).Concat(benchmark.Repositories.Take(2).Select(repository => repository.Set)).ToList();
            if (set.TrainingQueries.Count > 0)
            {
                await RowAsync(text, set.Name + " (train: the threshold was set on it)", set, set.TrainingQueries.Take(QueriesPerSet), others, cancellationToken);
            }

            await RowAsync(text, set.Name, set, set.Queries.Take(QueriesPerSet), others, cancellationToken);
        }

        // CoSQA is code, and may hold what a question about a repository asks for.
        var prose = benchmark.Prose.Where(set => set.Name != "cosqa").ToList();
        foreach (var isTuning in new[] { true, false })
        {
            var (missed, asked, wrong, other) = (0, 0, 0, 0);
            foreach (var repository in benchmark.Repositories.Where(repository => repository.IsTuning == isTuning))
            {
                var counts = await CountAsync(repository.Set, repository.Set.Queries, prose, cancellationToken);
                (missed, asked, wrong, other) = (missed + counts.Missed, asked + counts.Asked, wrong + counts.False, other + counts.Other);
            }

            Row(text, isTuning ? "code search, tuning half (the threshold was set on it)" : "code search, held-out half", missed, asked, wrong, other);
        }

        return text.ToString();
    }

    private async Task RowAsync(
        StringBuilder text, string name, TestSet set, IEnumerable<JudgedQuery> queries, IReadOnlyList<TestSet> others, CancellationToken cancellationToken)
    {
        var (missed, asked, wrong, other) = await CountAsync(set, queries, others, cancellationToken);
        Row(text, name, missed, asked, wrong, other);
    }

    private static void Row(StringBuilder text, string name, int missed, int asked, int falselyFound, int other)
    {
        if (asked > 0 && other > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {100.0 * missed / asked:F1} % | {100.0 * falselyFound / other:F1} % | {asked} / {other} |");
        }
    }

    private async Task<(int Missed, int Asked, int False, int Other)> CountAsync(
        TestSet set, IEnumerable<JudgedQuery> queries, IReadOnlyList<TestSet> others, CancellationToken cancellationToken)
    {
        var (missed, asked, falselyFound, other) = (0, 0, 0, 0);
        foreach (var query in queries)
        {
            asked++;
            missed += await IsFoundAsync(set, query, cancellationToken) ? 0 : 1;
            foreach (var elsewhere in others)
            {
                other++;
                falselyFound += await IsFoundAsync(elsewhere, query, cancellationToken) ? 1 : 0;
            }
        }

        return (missed, asked, falselyFound, other);
    }

    private async Task<bool> IsFoundAsync(TestSet set, JudgedQuery query, CancellationToken cancellationToken)
    {
        var result = await _searcher.SearchAsync(AccessScope.Everything, new SearchQuery(query.Text, [benchmark.Library.CollectionOf(set)]), cancellationToken);
        return Evidence.Of(result) >= _threshold;
    }
}
