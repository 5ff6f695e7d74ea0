namespace Synapse.LocalModels.Keeping;

/// <summary>What a comparison of a model's files with its lock has shown.</summary>
/// <param name="Model">The model.</param>
/// <param name="Faults">What is wrong, by path; empty when all is well.</param>
public sealed record ModelVerification(InstalledModel Model, IReadOnlyList<ModelFault> Faults)
{
    /// <summary>Whether all is well.</summary>
    public bool IsWhole => Faults.Count == 0;
}

/// <summary>A file that is not as the lock says.</summary>
/// <param name="Path">Its path within the folder.</param>
/// <param name="Kind"><c>missing</c>, <c>changed</c>, <c>unexpected</c> or <c>unlocked</c>.</param>
/// <param name="Detail">What is wrong, as a clause.</param>
public sealed record ModelFault(string Path, string Kind, string Detail);
