using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Cli.Commands;

/// <summary>What a command asks: a path that was brought up to date, a collection, or everything.</summary>
/// <param name="Collections">Names of the collections; null for all.</param>
/// <param name="Indexed">The path that was brought up to date; null without one.</param>
internal sealed record Asked(IReadOnlyList<string>? Collections, IndexedPath? Indexed);

/// <summary>What <c>search</c> and <c>ask</c> do alike: bring the folder up to date, and say why there is nothing to ask.</summary>
internal static class Asking
{
    /// <summary>Brings the folder up to date, if one is named.</summary>
    public static async Task<Asked> PrepareAsync(
        SynapseClient client, string? folder, string? collection, bool json, CancellationToken cancellationToken)
    {
        if (folder is null)
        {
            return new Asked(collection is null ? null : [collection], null);
        }

        var indexed = await PathIndexing.AddAsync(client, folder, collection, localOnly: false, json, cancellationToken);
        return new Asked([indexed.Source.Collection], indexed);
    }

    /// <summary>Tells apart documents without an answer, and no documents at all. Asked only when nothing was found, so that it costs nothing else.</summary>
    /// <exception cref="NothingIndexedException">There is no document to ask.</exception>
    public static async Task RequireDocumentsAsync(SynapseClient client, Asked asked, CancellationToken cancellationToken)
    {
        var all = (await client.ListCollectionsAsync(cancellationToken)).Collections;
        if (all.Any(collection => collection.DocumentCount > 0 && asked.Collections?.Contains(collection.Name) != false))
        {
            return;
        }

        throw asked switch
        {
            { Indexed: { } indexed } => await PathIndexing.DescribeNothingAsync(client, indexed, cancellationToken),
            { Collections: [var name, ..] } => new NothingIndexedException(
                $"The collection '{name}' holds no documents. Add some with 'synapse index PATH --collection {name}'."),
            _ => new NothingIndexedException("Nothing is indexed yet. Name a folder, or index one with 'synapse index PATH'."),
        };
    }
}
