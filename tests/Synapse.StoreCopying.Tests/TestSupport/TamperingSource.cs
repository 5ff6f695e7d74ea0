using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.StoreCopying.Tests.TestSupport;

/// <summary>A source during whose copy somebody changes the target: after the last of it was copied, which is the ledger, and before the two are compared.</summary>
internal sealed class TamperingSource(IExportableStore source, Action tamper) : IExportableStore
{
    private bool _done;

    public string Name => source.Name;

    public ValueTask<string> GetIdentityAsync(CancellationToken cancellationToken) => source.GetIdentityAsync(cancellationToken);

    public async ValueTask<IStoreExport> OpenExportAsync(AccessScope scope, CancellationToken cancellationToken)
        => new Export(await source.OpenExportAsync(scope, cancellationToken), this);

    private void Tamper()
    {
        if (!_done)
        {
            _done = true;
            tamper();
        }
    }

    private sealed class Export(IStoreExport export, TamperingSource owner) : IStoreExport
    {
        public ValueTask<IReadOnlyList<ExportedCollection>> ListCollectionsAsync(CancellationToken cancellationToken) => export.ListCollectionsAsync(cancellationToken);

        public ValueTask<IReadOnlyList<Source>> ListSourcesAsync(long collectionId, CancellationToken cancellationToken) => export.ListSourcesAsync(collectionId, cancellationToken);

        public ValueTask<IReadOnlyList<ExportedDocument>> ListDocumentsAsync(long sourceId, string after, int limit, CancellationToken cancellationToken)
            => export.ListDocumentsAsync(sourceId, after, limit, cancellationToken);

        public ValueTask<IReadOnlyList<DocumentContent>> ReadAsync(IReadOnlyList<ExportedDocument> documents, CancellationToken cancellationToken)
            => export.ReadAsync(documents, cancellationToken);

        public ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(long sourceId, CancellationToken cancellationToken) => export.ListSkippedFilesAsync(sourceId, cancellationToken);

        public async ValueTask<IReadOnlyList<EgressEntry>> ListEgressAsync(long after, int limit, CancellationToken cancellationToken)
        {
            var page = await export.ListEgressAsync(after, limit, cancellationToken);
            if (page.Count == 0)
            {
                owner.Tamper();
            }

            return page;
        }

        public ValueTask DisposeAsync() => export.DisposeAsync();
    }
}
