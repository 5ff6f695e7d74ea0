namespace Synapse.Errors;

/// <summary>The question or query cannot be searched for.</summary>
public sealed class InvalidQueryException(string reason)
    : SynapseException(SynapseErrorKind.BadInput, "invalid_query", "Invalid query", $"The query cannot be searched for: {reason}.");
