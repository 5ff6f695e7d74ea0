namespace Synapse.Eval;

/// <summary>A repository of the code-search benchmark.</summary>
/// <param name="Language">Its language, as the benchmark names it.</param>
/// <param name="IsTuning">Whether constants were tuned on it: every second one of the list, so that each language has repositories on both sides.</param>
/// <param name="Set">Its files and queries.</param>
internal sealed record CodeRepository(string Language, bool IsTuning, TestSet Set);
