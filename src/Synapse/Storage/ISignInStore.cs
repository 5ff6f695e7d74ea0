namespace Synapse.Storage;

/// <summary>What of sessions still counts at a moment.</summary>
/// <param name="Now">The moment.</param>
/// <param name="CreatedSince">Sessions that began before have ended.</param>
/// <param name="UsedSince">Sessions that were not used since have ended.</param>
public readonly record struct SessionWindow(DateTimeOffset Now, DateTimeOffset CreatedSince, DateTimeOffset UsedSince);

/// <summary>The port to who is signed in: browser sessions and the links that begin them. It knows hashes alone, so that what is stored gives nobody a session.</summary>
public interface ISignInStore
{
    /// <summary>What several servers that share their sessions have in common, in letters and digits; null where each server has its own.</summary>
    string? SharedId { get; }

    /// <summary>Keeps a link until it is taken or too old.</summary>
    /// <param name="key">Hash of its token.</param>
    /// <param name="now">The time now; links that ended before are forgotten.</param>
    /// <param name="expiresAt">When it ends.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    ValueTask AddLinkAsync(string key, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken);

    /// <summary>Uses a link up. Of all who try at once, on any server, one gets true.</summary>
    /// <returns>Whether it was there and not too old.</returns>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    ValueTask<bool> TakeLinkAsync(string key, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Begins a session.</summary>
    /// <param name="key">Hash of its id.</param>
    /// <param name="window">Begins it now, and forgets those that have ended.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    ValueTask AddSessionAsync(string key, SessionWindow window, CancellationToken cancellationToken);

    /// <summary>Whether a session goes on. It then counts as used now, give or take a few minutes.</summary>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    ValueTask<bool> UseSessionAsync(string key, SessionWindow window, CancellationToken cancellationToken);

    /// <summary>Ends a session, on every server.</summary>
    /// <exception cref="Errors.SynapseException">The store cannot be used.</exception>
    ValueTask RemoveSessionAsync(string key, CancellationToken cancellationToken);
}
