namespace Synapse.Privacy;

/// <summary>Names of the rules by which a connection is refused. They stand in messages and in the ledger, and do not change.</summary>
public static class EgressRules
{
    /// <summary>Offline mode reaches no other machine but the private ones that are listed.</summary>
    public const string Offline = "offline";

    /// <summary>The address is not the endpoint of the provider.</summary>
    public const string NotConfigured = "not_configured";

    /// <summary>The host has an address that is farther away, or nearer, than the provider may be.</summary>
    public const string AddressClass = "address_class";

    /// <summary>The host has an address that is never a target.</summary>
    public const string ForbiddenAddress = "forbidden_address";

    /// <summary>The private address is not in the list for offline mode.</summary>
    public const string NotListed = "not_listed";

    /// <summary>Offline mode asks no name server.</summary>
    public const string Dns = "dns";

    /// <summary>Text leaves this machine's network only encrypted.</summary>
    public const string Https = "https";

    /// <summary>The database that was named is on the internet, and the connection to it may be unencrypted.</summary>
    public const string Unencrypted = "unencrypted";

    /// <summary>The request could not be entered in the ledger before it was sent.</summary>
    public const string Ledger = "ledger";

    /// <summary>The request carries text of a collection that never leaves, or does not say what it carries.</summary>
    public const string LocalOnly = "local_only";
}
