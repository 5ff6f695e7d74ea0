namespace Synapse.Providers.Configuration;

/// <summary>Collects what is wrong, so that all of it can be told at once.</summary>
internal sealed class FaultList
{
    private readonly List<ConfigurationFault> _faults = [];

    /// <summary>Everything noted, each once, in the order of noting.</summary>
    public IReadOnlyList<ConfigurationFault> All => [.. _faults.Distinct()];

    /// <summary>How many were noted so far.</summary>
    public int Count => _faults.Count;

    /// <summary>Notes a fault.</summary>
    public void Add(string key, string problem, string cure) => _faults.Add(new ConfigurationFault(key, problem, cure));
}
