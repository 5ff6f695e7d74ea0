using System.Text;
using Npgsql;
using Synapse.Indexing;
using Synapse.Postgres.Ingestion;
using Synapse.Storage;

namespace Synapse.Postgres.Keywords;

/// <summary>The segment that a commit adds. Built before the commit begins, as the work needs no lock.</summary>
internal sealed class NewSegment : IPreparedCommit
{
    private readonly IReadOnlyList<DocumentVersion> _versions;
    private readonly int[] _lengths;
    private readonly List<SegmentPage> _pages = [];

    /// <summary>Builds the segment of document versions.</summary>
    /// <param name="versions">The versions, in order.</param>
    public NewSegment(IReadOnlyList<DocumentVersion> versions)
    {
        _versions = versions;
        var terms = versions.SelectMany(static version => version.Terms).ToList();
        _lengths = [.. terms.Select(static chunk => Math.Max(chunk.Length, 0))];
        var writer = new PageWriter(_lengths);
        new TermGatherer().Gather(terms, writer);
        writer.Complete();
        while (writer.TryTake(out var page))
        {
            _pages.Add(page);
        }
    }

    /// <inheritdoc/>
    public async Task WriteAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<long> documentIds, CancellationToken cancellationToken)
    {
        var id = await SegmentRows.AddAsync(connection, collectionId, SegmentRows.Searched, isMerged: false, cancellationToken);
        var header = SegmentHeader.Create(
            id, [.. documentIds], [.. _versions.Select(static version => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(version.Path))], [.. _versions.Select(static version => version.Chunks.Count)], _lengths);
        await SegmentRows.WriteHeaderAsync(connection, header, cancellationToken);
        await SegmentRows.WritePagesAsync(connection, id, _pages, cancellationToken);
    }
}
