using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Server.Hosting;

/// <summary>Another program listens on the port.</summary>
public sealed class PortInUseException(int port, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Conflict, ErrorCodes.PortInUse, "Port in use",
        $"Port {port} is in use by another program. Choose another with --port or PORT, or stop that program.", innerException);

/// <summary>One or more settings are wrong.</summary>
public sealed class InvalidConfigurationException : SynapseException
{
    /// <summary>Creates the error.</summary>
    /// <param name="faults">All faults that were found, each with its key and its cure; at least one.</param>
    public InvalidConfigurationException(IReadOnlyList<string> faults)
        : base(SynapseErrorKind.BadInput, ErrorCodes.InvalidConfiguration, "Invalid configuration", string.Join(Environment.NewLine, faults))
        => Faults = faults;

    /// <summary>All faults that were found.</summary>
    public IReadOnlyList<string> Faults { get; }
}
