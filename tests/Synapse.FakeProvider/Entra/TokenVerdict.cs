namespace Synapse.Fakes;

/// <summary>What a resource thinks of a bearer token.</summary>
internal enum TokenVerdict
{
    Valid,

    /// <summary>It has not the form of a token, so it may be a key.</summary>
    NotAToken,

    Invalid,
    Expired,
    WrongAudience,
}
