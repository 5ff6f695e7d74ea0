using System.Text.Json;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Switching;

namespace Synapse.Storage.Copying;

/// <summary>Reads a source and its copy side by side, and stops at the first difference.</summary>
internal sealed class CopyComparison(IStoreExport source, IStoreExport copy, string name, CopyMeter meter) : IDisposable
{
    private readonly CanonicalHash _document = new();

    /// <summary>Compares all collections.</summary>
    /// <returns>What both hold.</returns>
    /// <exception cref="CopyDiffersException">They are not the same.</exception>
    public async Task<IReadOnlyList<CopiedCollection>> CompareAsync(CancellationToken cancellationToken)
    {
        var expected = await source.ListCollectionsAsync(cancellationToken);
        var actual = (await copy.ListCollectionsAsync(cancellationToken)).ToDictionary(collection => collection.Collection.Name, StringComparer.Ordinal);
        var compared = new List<CopiedCollection>(expected.Count);
        foreach (var collection in expected)
        {
            compared.Add(actual.Remove(collection.Collection.Name, out var copied)
                ? await CompareAsync(collection, copied, cancellationToken)
                : throw Differs($"collection '{collection.Collection.Name}'", "the copy lacks it"));
        }

        return actual.Count == 0 ? compared : throw Differs($"collection '{actual.Keys.First()}'", "the source lacks it");
    }

    /// <summary>Compares the one collection of the source with that of its name in a store that holds others as well.</summary>
    /// <returns>What both hold.</returns>
    /// <exception cref="CopyDiffersException">They are not the same.</exception>
    public async Task<CopiedCollection> CompareOneAsync(CancellationToken cancellationToken)
    {
        var expected = (await source.ListCollectionsAsync(cancellationToken))[0];
        var actual = (await copy.ListCollectionsAsync(cancellationToken)).FirstOrDefault(collection => collection.Collection.Name == expected.Collection.Name);
        return await CompareAsync(expected, actual ?? throw Differs($"collection '{expected.Collection.Name}'", "the copy lacks it"), cancellationToken);
    }

    /// <summary>Compares the ledgers.</summary>
    /// <returns>How many entries each has.</returns>
    /// <exception cref="CopyDiffersException">They are not the same.</exception>
    public async Task<long> CompareEgressAsync(CancellationToken cancellationToken)
    {
        const int PageEntries = 500;
        var count = 0L;
        for (var after = 0L; ;)
        {
            var expected = await source.ListEgressAsync(after, PageEntries, cancellationToken);
            var actual = await copy.ListEgressAsync(after, PageEntries, cancellationToken);
            for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
            {
                if (i >= expected.Count || i >= actual.Count || !DigestOf(expected[i]).AsSpan().SequenceEqual(DigestOf(actual[i])))
                {
                    throw Differs($"entry {(i < expected.Count ? expected : actual)[i].Id} of the egress ledger", "it is not the same");
                }
            }

            count += expected.Count;
            if (expected.Count < PageEntries)
            {
                return count;
            }

            after = expected[^1].Id;
        }
    }

    public void Dispose() => _document.Dispose();

    private async Task<CopiedCollection> CompareAsync(ExportedCollection expected, ExportedCollection actual, CancellationToken cancellationToken)
    {
        var what = $"collection '{expected.Collection.Name}'";
        using var expectedHash = new CanonicalHash();
        using var actualHash = new CanonicalHash();
        Begin(expectedHash, expected);
        Begin(actualHash, actual);
        var expectedSources = await source.ListSourcesAsync(expected.Collection.Id, cancellationToken);
        var actualSources = await copy.ListSourcesAsync(actual.Collection.Id, cancellationToken);
        if (!expectedSources.Select(each => (each.Kind, each.Location, each.CreatedAt)).SequenceEqual(actualSources.Select(each => (each.Kind, each.Location, each.CreatedAt))))
        {
            throw Differs(what, "its sources are not the same");
        }

        var documents = 0L;
        foreach (var (original, copied) in expectedSources.Zip(actualSources))
        {
            documents += await CompareDocumentsAsync(expected.Collection.Name, original.Id, copied.Id, expectedHash, actualHash, cancellationToken);
            Add(expectedHash, original, await source.ListSkippedFilesAsync(original.Id, cancellationToken));
            Add(actualHash, copied, await copy.ListSkippedFilesAsync(copied.Id, cancellationToken));
        }

        if (documents != expected.Summary.DocumentCount || documents != actual.Summary.DocumentCount || expected.Summary.ChunkCount != actual.Summary.ChunkCount)
        {
            throw Differs(what, $"{documents} documents were read, {expected.Summary.DocumentCount} are counted in the source and {actual.Summary.DocumentCount} in the copy");
        }

        var digest = Convert.ToHexStringLower(expectedHash.Finish());
        return digest == Convert.ToHexStringLower(actualHash.Finish())
            ? new CopiedCollection(expected.Collection.Name, documents, expected.Summary.ChunkCount, digest)
            : throw Differs(what, "its privacy, embedding space, questions, or files left out are not the same");
    }

    private async Task<long> CompareDocumentsAsync(
        string collection, long from, long to, CanonicalHash expectedHash, CanonicalHash actualHash, CancellationToken cancellationToken)
    {
        var count = 0L;
        for (var after = ""; ;)
        {
            var expected = await source.ListDocumentsAsync(from, after, DocumentPortions.PageDocuments, cancellationToken);
            var actual = await copy.ListDocumentsAsync(to, after, DocumentPortions.PageDocuments, cancellationToken);
            RequireSamePaths(collection, expected, actual);
            var start = 0;
            foreach (var portion in DocumentPortions.Cut(expected))
            {
                await ComparePortionAsync(collection, portion, [.. actual.Skip(start).Take(portion.Count)], expectedHash, actualHash, cancellationToken);
                start += portion.Count;
                meter.Add(portion.Count, portion.Sum(document => (long)document.Document.ChunkCount));
            }

            count += expected.Count;
            if (expected.Count < DocumentPortions.PageDocuments)
            {
                return count;
            }

            after = expected[^1].Document.Path;
        }
    }

    private void RequireSamePaths(string collection, IReadOnlyList<ExportedDocument> expected, IReadOnlyList<ExportedDocument> actual)
    {
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            var (left, right) = (i < expected.Count ? expected[i].Document.Path : null, i < actual.Count ? actual[i].Document.Path : null);
            if (left != right)
            {
                var isLacking = right is null || (left is not null && Utf8Order.Compare(left, right) < 0);
                throw Differs(Of(collection, isLacking ? left! : right!), isLacking ? "the copy lacks it" : "the source lacks it");
            }
        }
    }

    private async Task ComparePortionAsync(
        string collection,
        IReadOnlyList<ExportedDocument> expected,
        IReadOnlyList<ExportedDocument> actual,
        CanonicalHash expectedHash,
        CanonicalHash actualHash,
        CancellationToken cancellationToken)
    {
        var expectedContents = await source.ReadAsync(expected, cancellationToken);
        var actualContents = await ReadCopyAsync(collection, actual, cancellationToken);
        for (var i = 0; i < expected.Count; i++)
        {
            var left = DocumentDigest.Of(_document, expected[i], expectedContents[i]);
            var right = DocumentDigest.Of(_document, actual[i], actualContents[i]);
            if (!left.AsSpan().SequenceEqual(right))
            {
                throw Differs(Of(collection, expected[i].Document.Path), "their digests are not the same");
            }

            expectedHash.Add(left);
            actualHash.Add(right);
        }
    }

    private async Task<IReadOnlyList<DocumentContent>> ReadCopyAsync(string collection, IReadOnlyList<ExportedDocument> documents, CancellationToken cancellationToken)
    {
        try
        {
            return await copy.ReadAsync(documents, cancellationToken);
        }
        catch (StoreCorruptException)
        {
            // The store says what is damaged by its keys; which document that is, reading one by one tells.
            var contents = new List<DocumentContent>(documents.Count);
            foreach (var document in documents)
            {
                try
                {
                    contents.AddRange(await copy.ReadAsync([document], cancellationToken));
                }
                catch (StoreCorruptException damage)
                {
                    throw new CopyDiffersException(name, Of(collection, document.Document.Path), "it is not as it was written", damage);
                }
            }

            return contents;
        }
    }

    private static void Begin(CanonicalHash hash, ExportedCollection collection)
    {
        hash.Add(collection.Collection.Name).Add(collection.Collection.CreatedAt.UtcTicks).Add((long)collection.Collection.Privacy).Add(collection.Space?.Fingerprint);
        hash.Add(collection.Evaluation is { } evaluation ? JsonSerializer.Serialize(evaluation, SwitchJson.Default.EvaluationSet) : null);
    }

    private static void Add(CanonicalHash hash, Library.Source source, IReadOnlyList<SkippedFile> skipped)
    {
        hash.Add((long)source.Kind).Add(source.Location).Add(source.CreatedAt.UtcTicks).Add(skipped.Count);
        foreach (var file in skipped)
        {
            hash.Add(file.Path).Add(file.Reason).Add(file.Detail);
        }
    }

    // Without the keys of collections and sources, which are other ones in the copy.
    private byte[] DigestOf(EgressEntry entry)
    {
        var (attempt, result) = (entry.Attempt, entry.Result);
        _document.Add(entry.Id).Add(attempt.StartedAt.UtcTicks).Add(attempt.Provider).Add(attempt.Host).Add((long)attempt.Reach).Add((long?)attempt.Purpose ?? -1);
        _document.Add((long)result.Outcome).Add(result.Status ?? -1).Add(result.Rule).Add(result.BytesSent).Add(result.BytesReceived).Add(result.Duration.Ticks);
        foreach (var document in entry.Documents.OrderBy(document => document.Collection, StringComparer.Ordinal).ThenBy(document => document.Path, StringComparer.Ordinal))
        {
            _document.Add(document.Collection).Add(document.Path);
        }

        return _document.Finish();
    }

    private CopyDiffersException Differs(string what, string detail) => new(name, what, detail);

    private static string Of(string collection, string path) => $"document '{path}' of collection '{collection}'";
}
