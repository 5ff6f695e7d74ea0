using System.Globalization;
using System.Text;
using Synapse.Retrieval;

namespace Synapse.Eval;

/// <summary>Measures search on all sets, and writes the tables.</summary>
internal sealed class SearchReport(Benchmark benchmark)
{
    private readonly SetEvaluator _evaluator = new(benchmark.Library, new SearchPlan());

    /// <summary>Makes the tables in Markdown.</summary>
    public async Task<string> WriteAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        Header(text, "set");
        foreach (var set in benchmark.Prose)
        {
            if (set.TrainingQueries.Count > 0)
            {
                Row(text, set.Name + " (train: tuned on)", await _evaluator.MeasureAsync(set, set.TrainingQueries, cancellationToken));
            }

            Row(text, set.Name, await _evaluator.MeasureAsync(set, set.Queries, cancellationToken));
        }

        await CodeAsync(text, cancellationToken);
        return text.ToString();
    }

    private async Task CodeAsync(StringBuilder text, CancellationToken cancellationToken)
    {
        if (benchmark.Repositories.Count == 0)
        {
            return;
        }

        var all = new List<(CodeRepository Repository, string Category, SetScores Scores)>();
        foreach (var repository in benchmark.Repositories)
        {
            var scores = await _evaluator.MeasureAsync(repository.Set, repository.Set.Queries, cancellationToken);
            all.AddRange(scores.Zip(repository.Set.Queries, (score, query) => (repository, query.Category, score)));
        }

        Row(text, "code search", all.Select(each => each.Scores));
        Row(text, "code search, tuning half", all.Where(each => each.Repository.IsTuning).Select(each => each.Scores));
        Row(text, "code search, held-out half", all.Where(each => !each.Repository.IsTuning).Select(each => each.Scores));
        text.AppendLine();
        Header(text, "code search by category");
        foreach (var category in all.GroupBy(each => each.Category).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Row(text, category.Key, category.Select(each => each.Scores));
            Row(text, category.Key + ", held-out half", category.Where(each => !each.Repository.IsTuning).Select(each => each.Scores));
        }

        text.AppendLine();
        Header(text, "code search by repository");
        foreach (var repository in all.GroupBy(each => each.Repository))
        {
            var name = $"{repository.Key.Language}: {repository.Key.Set.Name}{(repository.Key.IsTuning ? " (tuning)" : "")}";
            Row(text, name, repository.Select(each => each.Scores));
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Code search left out: {benchmark.LeftOut}.");
    }

    private static void Header(StringBuilder text, string first)
        => text.AppendLine(CultureInfo.InvariantCulture, $"| {first} | queries | keywords | vectors | fused | **final** | final, limit 10 | recall@100 | MRR |")
            .AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");

    // Of a half whose repositories are not there nothing can be said.
    private static void Row(StringBuilder text, string name, IEnumerable<SetScores> measured)
    {
        if (measured.ToList() is not { Count: > 0 } all)
        {
            return;
        }

        var scores = SetScores.Mean(name, all);
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"| {scores.Name} | {scores.Queries} | {scores.Keywords:F4} | {scores.Vectors:F4} | {scores.Fused:F4} | **{scores.Final:F4}** | {scores.FinalOfTen:F4} | {scores.Recall:F4} | {scores.ReciprocalRank:F4} |");
    }
}
