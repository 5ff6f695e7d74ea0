using Synapse.Indexing;
using Synapse.Sqlite.Segments;
using Synapse.Sqlite.Vectors;

namespace Synapse.Sqlite.Merging;

/// <summary>Makes one segment of the live documents of several.</summary>
internal sealed class SegmentMerger
{
    private readonly IReadOnlyList<SegmentView> _views;
    private readonly DocumentRow[] _documents;
    private readonly ChunkRow[] _chunks;
    private readonly int[] _lengths;
    private readonly List<int> _definitions = [];
    private readonly StringTableBuilder _strings = new();
    private readonly VectorRows? _vectors;
    private readonly int[][] _documentMaps;
    private readonly int[][] _chunkMaps;

    /// <summary>Takes the segments.</summary>
    /// <param name="views">The segments, all of one embedding space, in the order that their documents shall have.</param>
    /// <param name="dimensions">Numbers per embedding; null when they have none.</param>
    public SegmentMerger(IReadOnlyList<SegmentView> views, int? dimensions)
    {
        _views = views;
        _documents = new DocumentRow[views.Sum(view => view.LiveDocuments)];
        _chunks = new ChunkRow[views.Sum(view => view.LiveChunks)];
        _lengths = new int[_chunks.Length];
        _vectors = dimensions is { } numbers ? VectorRows.Allocate(_chunks.Length, numbers) : null;
        _documentMaps = [.. views.Select(view => new int[view.Segment.Content.Documents.Length])];
        _chunkMaps = [.. views.Select(view => new int[view.Segment.ChunkCount])];
    }

    /// <summary>Where a document went: its place in the merged segment, or -1 when it was gone before.</summary>
    public int NewPlace(int view, int document) => _documentMaps[view][document];

    /// <summary>Builds the content.</summary>
    public SegmentContent Build(CancellationToken cancellationToken)
    {
        var nextDocument = 0;
        var nextChunk = 0;
        for (var view = 0; view < _views.Count; view++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CopyDocuments(view, ref nextDocument, ref nextChunk);
        }

        return new SegmentContent
        {
            Documents = _documents,
            Chunks = _chunks,
            Lengths = _lengths,
            Definitions = [.. _definitions],
            Strings = _strings.Build(),
            Terms = MergeTerms(cancellationToken),
            Vectors = _vectors,
        };
    }

    private void CopyDocuments(int view, ref int nextDocument, ref int nextChunk)
    {
        var content = _views[view].Segment.Content;
        var strings = new int[content.Strings.Offsets.Length - 1];
        Array.Fill(strings, -1);
        Array.Fill(_chunkMaps[view], -1);
        for (var d = 0; d < content.Documents.Length; d++)
        {
            if (_views[view].Deletions?.ContainsDocument(d) == true)
            {
                _documentMaps[view][d] = -1;
                continue;
            }

            var document = content.Documents[d];
            for (var c = 0; c < document.ChunkCount; c++)
            {
                CopyChunk(content, strings, document.FirstChunk + c, nextDocument, nextChunk + c);
                _chunkMaps[view][document.FirstChunk + c] = nextChunk + c;
            }

            document.Path = MapString(content, strings, document.Path);
            document.Language = MapString(content, strings, document.Language);
            document.FirstChunk = nextChunk;
            nextChunk += document.ChunkCount;
            _documentMaps[view][d] = nextDocument;
            _documents[nextDocument++] = document;
        }
    }

    private void CopyChunk(SegmentContent content, int[] strings, int from, int document, int to)
    {
        var chunk = content.Chunks[from];
        chunk.Document = document;
        chunk.Heading = MapString(content, strings, chunk.Heading);
        chunk.Symbol = MapString(content, strings, chunk.Symbol);
        var firstDefinition = _definitions.Count;
        for (var i = 0; i < chunk.DefinitionCount; i++)
        {
            _definitions.Add(MapString(content, strings, content.Definitions[chunk.FirstDefinition + i]));
        }

        chunk.FirstDefinition = firstDefinition;
        _chunks[to] = chunk;
        _lengths[to] = content.Lengths[from];
        if (content.Vectors is { } vectors)
        {
            _vectors?.Copy(vectors, from, to);
        }
    }

    private int MapString(SegmentContent content, int[] strings, int index)
    {
        if (index < 0)
        {
            return -1;
        }

        if (strings[index] < 0)
        {
            strings[index] = _strings.Add(content.Strings.Text(index));
        }

        return strings[index];
    }

    private TermDictionary MergeTerms(CancellationToken cancellationToken)
    {
        var next = new int[_views.Count];
        var builder = new TermDictionaryBuilder(_lengths);
        var postings = new MergedPostings(_chunks.Length);
        var done = 0;
        while (FindNext(next) is var first and >= 0)
        {
            if ((++done & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var terms = _views[first].Segment.Content.Terms;
            var hash = terms.Hashes[next[first]];
            var text = terms.Text(next[first]);
            postings.Clear();
            for (var view = first; view < _views.Count; view++)
            {
                var others = _views[view].Segment.Content.Terms;
                if (next[view] < others.Hashes.Length && others.Hashes[next[view]] == hash && others.Text(next[view]).SequenceEqual(text))
                {
                    postings.Add(others, next[view], _chunkMaps[view]);
                    next[view]++;
                }
            }

            if (postings.Chunks.Length > 0)
            {
                builder.Add(hash, text, postings.Chunks, postings.Frequencies);
            }
        }

        return builder.Build();
    }

    /// <summary>The first of the segments whose next term is the least, by hash and then text; -1 at the end.</summary>
    private int FindNext(int[] next)
    {
        var least = -1;
        var leastHash = ulong.MaxValue;
        for (var view = 0; view < next.Length; view++)
        {
            var terms = _views[view].Segment.Content.Terms;
            if (next[view] == terms.Hashes.Length)
            {
                continue;
            }

            var hash = terms.Hashes[next[view]];
            if (least < 0 || hash < leastHash
                || (hash == leastHash && terms.Text(next[view]).SequenceCompareTo(_views[least].Segment.Content.Terms.Text(next[least])) < 0))
            {
                least = view;
                leastHash = hash;
            }
        }

        return least;
    }

    /// <summary>The postings of one term, from several segments.</summary>
    private sealed class MergedPostings(int chunkCount)
    {
        private readonly int[] _chunks = new int[chunkCount];
        private readonly ushort[] _frequencies = new ushort[chunkCount];
        private readonly PostingsCursor _cursor = new();
        private int _count;

        public ReadOnlySpan<int> Chunks => _chunks.AsSpan(0, _count);

        public ReadOnlySpan<ushort> Frequencies => _frequencies.AsSpan(0, _count);

        public void Clear() => _count = 0;

        public void Add(TermDictionary terms, int term, int[] chunkMap)
        {
            for (_cursor.Open(terms, term); _cursor.Chunk != PostingsCursor.End; _cursor.MoveNext())
            {
                var chunk = chunkMap[_cursor.Chunk];
                if (chunk >= 0)
                {
                    _chunks[_count] = chunk;
                    _frequencies[_count++] = (ushort)_cursor.Frequency;
                }
            }
        }
    }
}
