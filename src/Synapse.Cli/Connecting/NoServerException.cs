using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Cli.Connecting;

/// <summary>The command needs a running server, and there is none.</summary>
internal sealed class NoServerException(string dataFolder)
    : SynapseException(SynapseErrorKind.NotFound, ErrorCodes.ServerUnreachable, "No server",
        $"No server runs on the data folder '{dataFolder}'. Start one with 'synapse serve'.");
