using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Server.Features.SignIn;

/// <summary>The server works for one command only, and has no pages to sign in to.</summary>
internal sealed class NoPagesException()
    : SynapseException(SynapseErrorKind.Unavailable, ErrorCodes.Unavailable, "No pages", "This server serves no pages. Start one with 'synapse serve'.");
