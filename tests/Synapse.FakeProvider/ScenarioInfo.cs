namespace Synapse.Fakes;

/// <summary>One scenario of the catalogue.</summary>
/// <param name="Id">The name to set it by.</param>
/// <param name="Group">The chapter that it belongs to.</param>
/// <param name="Summary">What a client meets.</param>
/// <param name="Dialects">The dialects in which it makes sense.</param>
/// <param name="Kinds">The kinds of requests that it changes.</param>
/// <param name="Parameters">Its own parameters, and their defaults.</param>
public sealed record ScenarioInfo(
    string Id,
    string Group,
    string Summary,
    IReadOnlyList<string> Dialects,
    IReadOnlyList<RequestKind> Kinds,
    IReadOnlyDictionary<string, string> Parameters);
