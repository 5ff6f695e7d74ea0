using Synapse.Errors;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>Stops asking a model that fails, by the class of its failures, and lets one request through when it is time to look again.</summary>
/// <remarks>
/// Failures of the server count one, interrupted replies half; from five on without a success between, the circuit opens for 30 seconds, then for twice as long each time up
/// to five minutes. Throttling opens it for as long as the server asks. An empty account opens it for 15 minutes. A wrong credential or model opens it until the configuration
/// changes, which is for the life of the process or until <see cref="Reset"/>; only a model missing on a local server, where it can appear at any time, is looked for again.
/// What a filter refuses and what is too large never opens it: one awkward document must not take a provider down.
/// </remarks>
internal sealed class CircuitBreaker(TimeProvider time, bool isLocal)
{
    private const double OpensAt = 5;

    private static readonly TimeSpan FirstOpening = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestOpening = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WithoutQuota = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan UsualCooldown = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileProbing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MissingLocally = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private DateTimeOffset? _openUntil;
    private WireFailure? _reason;
    private TimeSpan _nextOpening = FirstOpening;
    private double _score;
    private bool _isProbing;

    /// <summary>The failure that opened the circuit; null while it is closed.</summary>
    public WireFailure? Reason
    {
        get
        {
            lock (_gate)
            {
                return _openUntil is null ? null : _reason;
            }
        }
    }

    /// <summary>Asks to send a request. A caller that was let in reports back with <see cref="Succeed"/>, <see cref="Fail"/> or <see cref="Leave"/>.</summary>
    /// <param name="wait">How long the circuit stays open at least, <see cref="Timeout.InfiniteTimeSpan"/> for good; zero when the caller may send.</param>
    public bool TryEnter(out TimeSpan wait)
    {
        lock (_gate)
        {
            wait = TimeSpan.Zero;
            if (_openUntil is not { } until)
            {
                return true;
            }

            if (until == DateTimeOffset.MaxValue)
            {
                wait = Timeout.InfiniteTimeSpan;
                return false;
            }

            wait = until - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                return false;
            }

            if (_isProbing)
            {
                wait = WhileProbing;
                return false;
            }

            wait = TimeSpan.Zero;
            _isProbing = true;
            return true;
        }
    }

    /// <summary>A request went well.</summary>
    public void Succeed() => Reset();

    /// <summary>Closes the circuit: the operator says that the cause is gone.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _openUntil = null;
            _reason = null;
            _score = 0;
            _nextOpening = FirstOpening;
            _isProbing = false;
        }
    }

    /// <summary>A request ended without saying anything about the server: it was cancelled or wrong by itself.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _isProbing = false;
        }
    }

    /// <summary>A request failed.</summary>
    public void Fail(WireFailure failure)
    {
        lock (_gate)
        {
            var wasProbing = _isProbing;
            _isProbing = false;
            switch (failure.Kind)
            {
                case ProviderFailure.Filtered or ProviderFailure.TooLarge:
                    break;
                case var _ when failure.IsOfRequest || failure.IsLoading:
                    break;
                case ProviderFailure.Throttled:
                    var asked = failure.RetryAfter ?? UsualCooldown;
                    Open(asked < WithoutQuota ? asked : WithoutQuota, failure);
                    break;
                case ProviderFailure.QuotaExhausted:
                    Open(WithoutQuota, failure);
                    break;
                case ProviderFailure.BadConfig when isLocal:
                    Open(MissingLocally, failure);
                    break;
                case ProviderFailure.Auth or ProviderFailure.BadConfig:
                    _openUntil = DateTimeOffset.MaxValue;
                    _reason = failure;
                    break;
                default:
                    Count(failure, wasProbing);
                    break;
            }
        }
    }

    private void Count(WireFailure failure, bool wasProbing)
    {
        _score += failure.Kind == ProviderFailure.Interrupted ? 0.5 : 1;
        if (_score >= OpensAt || wasProbing)
        {
            Open(_nextOpening, failure);
            _nextOpening = TimeSpan.FromTicks(Math.Min(_nextOpening.Ticks * 2, LongestOpening.Ticks));
            _score = 0;
        }
    }

    private void Open(TimeSpan duration, WireFailure failure)
    {
        var until = time.GetUtcNow() + duration;
        if (_openUntil is null || until > _openUntil)
        {
            _openUntil = until;
            _reason = failure;
        }
    }
}
