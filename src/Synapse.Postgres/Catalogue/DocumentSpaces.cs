namespace Synapse.Postgres.Catalogue;

/// <summary>
/// Which of the spaces of a document is searched, as expressions of SQL. A document of a collection that switches models is embedded in two; the one that its collection points to
/// is searched.
/// </summary>
internal static class DocumentSpaces
{
    /// <summary>The space in which a document is searched.</summary>
    /// <param name="document">Name of the row of the document.</param>
    /// <param name="space">The space that its collection points to.</param>
    public static string Searched(string document, string space)
        => $"CASE WHEN {document}.second_space_id = {space} THEN {document}.second_space_id ELSE {document}.space_id END";

    /// <summary>The space in which a document is embedded beside the one that is searched; 0 for none.</summary>
    /// <inheritdoc cref="Searched"/>
    public static string Shadow(string document, string space)
        => $"CASE WHEN {document}.second_space_id = {space} THEN {document}.space_id ELSE {document}.second_space_id END";
}
