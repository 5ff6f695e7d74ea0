namespace Synapse.EmbeddingServer.Wire;

/// <summary>An error in the shape of OpenAI's API.</summary>
/// <param name="Error">What went wrong.</param>
internal sealed record ErrorResponse(ErrorBody Error);

/// <summary>What went wrong.</summary>
/// <param name="Message">What was wrong, and what to do.</param>
/// <param name="Type">The class of the error.</param>
/// <param name="Param">The field of the request that is wrong; null when it is none in particular.</param>
/// <param name="Code">Stable name of the error.</param>
internal sealed record ErrorBody(string Message, string Type, string? Param, string Code);
