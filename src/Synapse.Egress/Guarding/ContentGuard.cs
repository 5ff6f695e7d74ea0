using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Egress.Guarding;

/// <summary>
/// The last look at whose text a request carries, where the bytes leave. Whoever makes the request has looked too; this is for the day they forget.
/// </summary>
internal sealed class ContentGuard(ILibraryStore library)
{
    /// <summary>Checks a request that leaves this machine and its private network.</summary>
    /// <param name="activity">What the request is for; null when nobody said.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <exception cref="LocalOnlyException">It carries text of a collection that never leaves, or of one that is gone, or does not say what it carries.</exception>
    public async ValueTask CheckAsync(EgressActivity? activity, CancellationToken cancellationToken)
    {
        if (activity is null)
        {
            throw new LocalOnlyException("A request to a provider that is not local does not say whose text it carries.");
        }

        var ids = activity.Documents.Select(document => document.CollectionId).ToHashSet();
        if (ids.Count == 0)
        {
            return;
        }

        var known = (await library.ListCollectionsAsync(AccessScope.Of(ids), cancellationToken)).Select(summary => summary.Collection).ToArray();
        if (known.FirstOrDefault(collection => collection.Privacy == CollectionPrivacy.LocalOnly) is { } local)
        {
            throw new LocalOnlyException($"The request carries text of the collection '{local.Name}', which never leaves this machine's network.");
        }

        // A collection that was removed meanwhile may have been a local one.
        if (known.Length < ids.Count)
        {
            throw new LocalOnlyException("The request carries text of a collection that was removed meanwhile.");
        }
    }
}
