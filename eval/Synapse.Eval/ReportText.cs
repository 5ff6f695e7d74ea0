namespace Synapse.Eval;

/// <summary>What stands above the tables of a report.</summary>
internal static class ReportText
{
    /// <summary>How the figures came about.</summary>
    public const string Introduction = """
        # Results

        Written by `dotnet run -c Release --project eval/Synapse.Eval -- --data DIR --report eval/results.md`; eval/README.md tells what is
        measured and what was tuned on what. NDCG@10 of the keyword side alone, the vector side alone, both fused, and the search as it is
        (with structure); "limit 10" asks for ten hits only, of which several may be of one document.


        """;
}
