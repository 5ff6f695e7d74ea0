namespace Synapse.Privacy;

/// <summary>What the operator decides about connections, as it stands in the configuration. <see cref="EgressPolicy.Create"/> checks it.</summary>
public sealed class EgressOptions
{
    /// <summary>Section of the configuration that holds these settings.</summary>
    public const string SectionName = "Synapse:Egress";

    /// <summary>Whether the whole process reaches nothing but this machine and <see cref="PrivateAddresses"/>. <c>SYNAPSE_OFFLINE=true</c> sets it too.</summary>
    public bool Offline { get; set; }

    /// <summary>Private addresses that may be reached in offline mode, each an IP address or a range in CIDR notation, with or without a port: <c>10.0.0.5</c>, <c>192.168.1.0/24:11434</c>, <c>[fd00::5]:8080</c>.</summary>
    public IList<string> PrivateAddresses { get; } = [];

    /// <summary>Addresses by name. A name that stands here is never asked of a name server.</summary>
    public IDictionary<string, string> Hosts { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A PEM file with certificates of authorities that are trusted in addition to those of the system; null for none.</summary>
    public string? CaFile { get; set; }

    /// <summary>Most entries that the ledger keeps; 100 to 10,000,000.</summary>
    public int LedgerEntries { get; set; } = 100_000;

    /// <summary>Days that the ledger keeps an entry; 1 to 3,650.</summary>
    public int LedgerDays { get; set; } = 365;
}
