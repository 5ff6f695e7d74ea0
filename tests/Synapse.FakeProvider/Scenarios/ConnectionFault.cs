namespace Synapse.Fakes.Scenarios;

/// <summary>What happens to connections before a request is read.</summary>
internal enum ConnectionFault
{
    None,

    /// <summary>They are refused.</summary>
    Refused,

    /// <summary>The certificate is for another name and of an unknown issuer.</summary>
    BadCertificate,

    /// <summary>The certificate has run out.</summary>
    ExpiredCertificate,
}
