using System.Globalization;
using Synapse.Evaluation;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;

namespace Synapse.Eval;

/// <summary>Tries other values of each constant on the training halves alone, one constant at a time, and prints what each would give.</summary>
internal sealed class Tuner(Benchmark benchmark, bool explains)
{
    private static readonly double[] s_factors = [0, 0.5, 0.75, 1, 1.3, 1.7];

    /// <summary>Runs.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var groups = new Dictionary<string, List<RecordedQuery>>();
        foreach (var set in benchmark.Prose.Where(set => set.TrainingQueries.Count > 0))
        {
            groups.Add(set.Name, await RecordAsync(set, set.TrainingQueries, cancellationToken));
        }

        var code = new List<RecordedQuery>();
        foreach (var repository in benchmark.Repositories.Where(repository => repository.IsTuning))
        {
            code.AddRange(await RecordAsync(repository.Set, repository.Set.Queries, cancellationToken));
        }

        if (code.Count > 0)
        {
            groups.Add("code", code);
        }

        var plan = new SearchPlan();
        if (explains)
        {
            Explain(code, plan);
            return;
        }

        Console.WriteLine(string.Join("  ", groups.Select(group => $"{group.Key} {Score(group.Value, plan):F4}")));
        foreach (var constant in TunedConstant.All)
        {
            var line = $"{constant.Name,-24}";
            foreach (var factor in s_factors)
            {
                var value = constant.Read(plan) * factor;
                if (constant.IsShare && value > 1)
                {
                    continue;
                }

                var tried = constant.With(plan, value);
                line += string.Create(CultureInfo.InvariantCulture, $" | {value:F2}: {string.Join(' ', groups.Select(group => Score(group.Value, tried).ToString("F4", CultureInfo.InvariantCulture)))}");
            }

            Console.WriteLine(line);
        }
    }

    private static double Score(List<RecordedQuery> queries, SearchPlan plan)
    {
        var rules = RankingRules.Create(plan.Ranking);
        return queries.AsParallel().AsOrdered().Select(query => Ndcg(query, plan, rules)).ToArray().Average();
    }

    private static double Ndcg(RecordedQuery query, SearchPlan plan, IReadOnlyList<IRankingRule> rules)
        => RankingMetrics.NormalizedDiscountedCumulativeGain(query.Rank(plan, rules), query.Query.Gains, 10);

    private async Task<List<RecordedQuery>> RecordAsync(TestSet set, IReadOnlyList<JudgedQuery> queries, CancellationToken cancellationToken)
    {
        var recorded = new List<RecordedQuery>(queries.Count);
        var library = benchmark.Library;
        foreach (var query in queries)
        {
            await using var snapshot = await library.Store.OpenSnapshotAsync(AccessScope.Everything, [library.CollectionOf(set)], cancellationToken);
            var intent = IntentReader.Read(query.Text);
            var terms = library.Analyzer.AnalyzeQuery(intent.Text);
            var embedding = await library.EmbedAsync(intent.Text, cancellationToken);
            var candidates = await new CandidateGenerator(snapshot, terms, embedding, new SearchPlan()).FindAsync(intent, cancellationToken);
            await CandidateDescriber.DescribeAsync(snapshot, candidates, cancellationToken);
            var words = await WordWeigher.WeighAsync(snapshot, library.Analyzer, intent, cancellationToken);
            var fullMatch = await FullMatch.ScoreAsync(snapshot, terms, cancellationToken);
            recorded.Add(new RecordedQuery(set, query, intent, words, candidates, embedding, fullMatch));
        }

        return recorded;
    }

    private static void Explain(List<RecordedQuery> queries, SearchPlan plan)
    {
        var rules = RankingRules.Create(plan.Ranking);
        foreach (var query in queries.Where(query => Ndcg(query, plan, rules) < 0.7))
        {
            Console.WriteLine($"{Ndcg(query, plan, rules):F2} {query.Query.Id} [{query.Query.Category}] {query.Query.Text}");
            var seen = new HashSet<string>();
            foreach (var candidate in query.Order(plan, rules))
            {
                var path = candidate.Stored.Path;
                if (!seen.Add(path) || (seen.Count > 4 && !query.Query.Gains.ContainsKey(path)))
                {
                    continue;
                }

                var parts = string.Join(' ', candidate.Parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Name}={part.Value:F2}")));
                Console.WriteLine($"   {(query.Query.Gains.ContainsKey(path) ? '*' : ' ')} {seen.Count,3} {candidate.Score:F3} {path}:{candidate.Stored.Chunk.StartLine} {candidate.Stored.Chunk.Symbol} {parts}");
            }
        }
    }
}
