namespace Synapse.Eval;

/// <summary>A folder of documents with judged queries.</summary>
/// <param name="Name">Name in the tables.</param>
/// <param name="Folder">The folder to index; its files lie below it.</param>
/// <param name="Queries">The queries that are measured.</param>
/// <param name="TrainingQueries">Queries that constants may be tuned on; empty when the set has none.</param>
/// <param name="DocumentOf">Makes the id of a judged document from the path of a hit.</param>
internal sealed record TestSet(
    string Name, string Folder, IReadOnlyList<JudgedQuery> Queries, IReadOnlyList<JudgedQuery> TrainingQueries, Func<string, string> DocumentOf);
