namespace Synapse.Errors;

/// <summary>A collection cannot switch to another embedding model now.</summary>
public sealed class SwitchRefusedException(string reason, string cure)
    : SynapseException(SynapseErrorKind.Conflict, "switch_refused", "Model cannot be switched", $"{reason} {cure}");

/// <summary>Nothing that is configured embeds with a model of that name.</summary>
public sealed class UnknownEmbeddingModelException(string model, IReadOnlyList<string> known)
    : SynapseException(SynapseErrorKind.BadInput, "unknown_embedding_model", "Unknown embedding model",
        $"No configured embedder has the model '{model}'. There are: {string.Join(", ", known.Select(name => $"'{name}'"))}. Add it to the configuration, beside the model that is used now, and start again.");

/// <summary>A collection has no switch to another embedding model.</summary>
public sealed class SwitchNotFoundException(string collection)
    : SynapseException(SynapseErrorKind.NotFound, "switch_not_found", "No model switch",
        $"The collection '{collection}' is not being switched to another model. 'synapse models switch start' begins it.");

/// <summary>A collection has no questions of its own.</summary>
public sealed class EvaluationNotFoundException(string collection)
    : SynapseException(SynapseErrorKind.NotFound, "evaluation_not_found", "No questions",
        $"The collection '{collection}' has no questions to be measured by. 'synapse models switch questions' brings them in.");

/// <summary>A collection is being switched to another model, and its own is not configured any more: until the switch is made or ended, nothing can be embedded for it.</summary>
public sealed class SwitchPendingException(string reason)
    : SynapseException(SynapseErrorKind.Unavailable, "switch_pending", "Model switch pending", reason);

/// <summary>A collection was pointed to another embedding space while a batch was made for the one before. The work is done again.</summary>
public sealed class EmbeddingSpaceChangedException()
    : SynapseException(SynapseErrorKind.Unavailable, "embedding_space_changed", "Embedding space changed",
        "The collection was switched to another embedding model while its documents were being embedded. They are embedded again.");
