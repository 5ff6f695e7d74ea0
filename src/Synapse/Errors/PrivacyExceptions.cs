namespace Synapse.Errors;

/// <summary>The request would send text of a collection that is marked <em>local only</em> to a provider that is not local.</summary>
public sealed class LocalOnlyException(string what)
    : SynapseException(SynapseErrorKind.Conflict, "local_only", "Local only",
        $"Rule 'local_only': {what} Configure a local provider, or leave that collection out of the question and of the conversation.");

/// <summary>The egress policy does not allow this connection.</summary>
/// <param name="host">Host and port that were to be reached.</param>
/// <param name="rule">Name of the rule that refused: <c>offline</c>, <c>not_configured</c>, <c>address_class</c>, ...</param>
/// <param name="reason">The rule in words, with what to do.</param>
public sealed class EgressRefusedException(string host, string rule, string reason)
    : SynapseException(SynapseErrorKind.Unavailable, "egress_refused", "Connection refused by policy", $"Rule '{rule}': no connection to {host}. {reason}")
{
    /// <summary>Name of the rule that refused.</summary>
    public string Rule { get; } = rule;

    /// <summary>The rule in words, with what to do.</summary>
    public string Reason { get; } = reason;
}

/// <summary>The file of trusted authorities cannot be used.</summary>
public sealed class InvalidCaFileException(string path, string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.BadInput, "invalid_ca_file", "Authorities unreadable",
        $"Synapse:Egress:CaFile: '{path}' cannot be used: {reason}. Name a PEM file with the certificates of your authority, or leave it out.", innerException);
