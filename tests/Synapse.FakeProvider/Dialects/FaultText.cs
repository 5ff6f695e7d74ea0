namespace Synapse.Fakes.Dialects;

/// <summary>The words for a failure, before the dialect gives them their shape.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Message">For people.</param>
/// <param name="Type">The class of the error, in the words of the dialect.</param>
/// <param name="Code">The name of the error; null for none.</param>
/// <param name="Param">The member of the request that it is about; null for none.</param>
internal sealed record FaultText(int Status, string Message, string? Type = null, string? Code = null, string? Param = null);
