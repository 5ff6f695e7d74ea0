namespace Synapse.Fakes.Dialects;

/// <summary>What went wrong, before a dialect says it in its manner.</summary>
internal enum FaultKind
{
    Context,
    Filter,
    UnsupportedParameter,
    BadBody,
    Key,
    TokenExpired,
    RoleMissing,
    Forbidden,
    Deployment,
    Model,
    Route,
    Timeout,
    Conflict,
    TooManyBytes,
    Batch,
    Backend,
    RateLimit,
    Quota,
    PromptTooLarge,
    Server,
    InputTooLarge,
    NotSupported,
    Loading,
    Busy,
    Overloaded,
}
