namespace Synapse.Providers.Wire;

/// <summary>Carries a <see cref="WireFailure"/> from where it is seen to the policy that decides on it.</summary>
internal sealed class WireException(WireFailure failure, Exception? innerException = null) : Exception(failure.Summary, innerException)
{
    public WireFailure Failure { get; } = failure;
}
