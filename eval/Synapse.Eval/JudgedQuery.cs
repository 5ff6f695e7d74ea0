namespace Synapse.Eval;

/// <summary>A query with its judgements.</summary>
/// <param name="Id">Id in its set.</param>
/// <param name="Text">The query.</param>
/// <param name="Gains">Gain of every judged document, by id.</param>
/// <param name="Category">Category within the set; empty without one.</param>
internal sealed record JudgedQuery(string Id, string Text, IReadOnlyDictionary<string, double> Gains, string Category = "");
