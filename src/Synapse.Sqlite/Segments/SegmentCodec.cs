using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;
using Synapse.Errors;
using Synapse.Indexing;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Vectors;

namespace Synapse.Sqlite.Segments;

/// <summary>Writes segments into rows of the store and reads them back: columns one after the other, cut into parts with a checksum each.</summary>
internal static class SegmentCodec
{
    /// <summary>Bytes per part: large enough to read fast, small enough to be written between two commits of others.</summary>
    public const int PartBytes = 4 << 20;

    /// <summary>The stream of the index.</summary>
    public const int IndexStream = 0;

    /// <summary>The stream that embeddings are first written to.</summary>
    public const int FirstVectorStream = 1;

    /// <summary>The stream of embeddings that take their place.</summary>
    public const int SecondVectorStream = 2;

    private const int FormatVersion = 1;

    /// <summary>The key of a segment's first part of a stream; those of the next 65,535 parts follow.</summary>
    public static long PartId(long segmentId, int stream) => (segmentId << 20) | ((long)stream << 16);

    /// <summary>The columns of the index, as bytes.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> IndexColumns(SegmentContent content)
    {
        yield return Bytes<int>([FormatVersion]);
        yield return Bytes(content.Documents);
        yield return Bytes(content.Chunks);
        yield return Bytes(content.Lengths);
        yield return Bytes(content.Definitions);
        yield return Bytes(content.Strings.Offsets);
        yield return content.Strings.Bytes;
        yield return Bytes(content.Terms.Hashes);
        yield return Bytes(content.Terms.Rows);
        yield return content.Terms.Texts;
        yield return content.Terms.Postings;
    }

    /// <summary>The columns of the embeddings, as bytes.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> VectorColumns(VectorRows vectors)
    {
        yield return Bytes<int>([FormatVersion, vectors.Dimensions]);
        yield return Bytes(vectors.Values);
        yield return Bytes(vectors.Scales);
    }

    /// <summary>Cuts columns into parts, each valid until the next.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Parts(IEnumerable<ReadOnlyMemory<byte>> columns)
    {
        var all = columns.ToList();
        var size = (int)Math.Min(all.Sum(column => 8L + column.Length), PartBytes);
        var buffer = SegmentBuffers<byte>.Pool.Rent(size);
        try
        {
            var filled = 0;
            foreach (var column in all)
            {
                var length = BitConverter.GetBytes((long)column.Length).AsMemory();
                foreach (var piece in (ReadOnlyMemory<byte>[])[length, column])
                {
                    var rest = piece;
                    while (!rest.IsEmpty)
                    {
                        var taken = Math.Min(rest.Length, size - filled);
                        rest.Span[..taken].CopyTo(buffer.AsSpan(filled));
                        filled += taken;
                        rest = rest[taken..];
                        if (filled == size)
                        {
                            yield return buffer.AsMemory(0, size);
                            filled = 0;
                        }
                    }
                }
            }

            if (filled > 0)
            {
                yield return buffer.AsMemory(0, filled);
            }
        }
        finally
        {
            SegmentBuffers<byte>.Pool.Return(buffer);
        }
    }

    /// <summary>Writes one part.</summary>
    public static void WritePart(StoreConnection connection, long partId, ReadOnlySpan<byte> bytes)
    {
        connection.Prepare("INSERT INTO segment_parts(id, checksum, bytes) VALUES(?, ?, ?)")
            .Bind(1, partId)
            .Bind(2, (long)Checksum.Of(bytes))
            .Bind(3, bytes)
            .Run();
    }

    /// <summary>Writes all parts of a stream.</summary>
    public static void Write(StoreConnection connection, long segmentId, int stream, IEnumerable<ReadOnlyMemory<byte>> columns)
    {
        var id = PartId(segmentId, stream);
        foreach (var part in Parts(columns))
        {
            WritePart(connection, id++, part.Span);
        }
    }

    /// <summary>Reads a segment.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="segmentId">The segment.</param>
    /// <param name="dimensions">Numbers per embedding of its space; null when it has no embeddings.</param>
    /// <param name="vectorStream">The stream that its embeddings lie in.</param>
    /// <exception cref="StoreCorruptException">It is not as it was written.</exception>
    public static SegmentContent Read(StoreConnection connection, long segmentId, int? dimensions, int vectorStream)
    {
        using var index = new PartReader(connection, segmentId, IndexStream);
        index.ReadVersion(FormatVersion, fields: 1);
        var documents = index.ReadColumn<DocumentRow>();
        var chunks = index.ReadColumn<ChunkRow>();
        var lengths = index.ReadColumn<int>();
        var definitions = index.ReadColumn<int>();
        var strings = new StringTable(index.ReadColumn<int>(), index.ReadColumn<byte>());
        var terms = new TermDictionary(index.ReadColumn<ulong>(), index.ReadColumn<TermRow>(), index.ReadColumn<byte>(), index.ReadColumn<byte>());
        if (lengths.Length != chunks.Length || terms.Rows.Length != terms.Hashes.Length)
        {
            throw index.Damaged("its columns do not fit each other");
        }

        return new SegmentContent
        {
            Documents = documents,
            Chunks = chunks,
            Lengths = lengths,
            Definitions = definitions,
            Strings = strings,
            Terms = terms,
            Vectors = dimensions is { } numbers ? ReadVectors(connection, segmentId, vectorStream, chunks.Length, numbers) : null,
        };
    }

    /// <summary>Reads the embeddings of a segment.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="segmentId">The segment.</param>
    /// <param name="stream">The stream that they lie in.</param>
    /// <param name="chunkCount">Chunks of the segment.</param>
    /// <param name="expected">Numbers per embedding of their space.</param>
    /// <exception cref="StoreCorruptException">They are not as they were written.</exception>
    public static VectorRows ReadVectors(StoreConnection connection, long segmentId, int stream, int chunkCount, int expected)
    {
        using var reader = new PartReader(connection, segmentId, stream);
        var dimensions = reader.ReadVersion(FormatVersion, fields: 2)[1];
        var vectors = new VectorRows(dimensions, reader.ReadColumn<sbyte>(), reader.ReadColumn<float>());
        if (dimensions != expected || vectors.Scales.Length != chunkCount || vectors.Values.Length != (long)chunkCount * dimensions)
        {
            throw reader.Damaged("its embeddings do not fit its chunks");
        }

        return vectors;
    }

    private static ReadOnlyMemory<byte> Bytes<T>(T[] column)
        where T : unmanaged
        => new CastMemory<T>(column).Memory;

    /// <summary>Reads the columns of one stream in order.</summary>
    private sealed class PartReader(StoreConnection connection, long segmentId, int stream) : IDisposable
    {
        private readonly long _firstId = PartId(segmentId, stream);
        private byte[] _part = [];
        private int _partLength;
        private int _read;
        private int _nextPart;

        public int[] ReadVersion(int expected, int fields)
        {
            var header = ReadColumn<int>();
            return header.Length == fields && header[0] == expected ? header : throw Damaged("its form is unknown");
        }

        public T[] ReadColumn<T>()
            where T : unmanaged
        {
            var length = 0L;
            Fill(MemoryMarshal.AsBytes(new Span<long>(ref length)));
            var size = Unsafe.SizeOf<T>();
            if (length < 0 || length > Array.MaxLength || length % size != 0)
            {
                throw Damaged("a column's length is impossible");
            }

            var column = GC.AllocateUninitializedArray<T>((int)(length / size));
            Fill(MemoryMarshal.AsBytes(column.AsSpan()));
            return column;
        }

        public StoreCorruptException Damaged(string detail) => new(connection.Path, $"segment {segmentId}: {detail}");

        public void Dispose() => _part = [];

        private void Fill(Span<byte> destination)
        {
            while (!destination.IsEmpty)
            {
                if (_read == _partLength)
                {
                    ReadPart();
                }

                var taken = Math.Min(destination.Length, _partLength - _read);
                _part.AsSpan(_read, taken).CopyTo(destination);
                _read += taken;
                destination = destination[taken..];
            }
        }

        private void ReadPart()
        {
            var id = _firstId + _nextPart++;
            var row = connection.Prepare("SELECT checksum, length(bytes) FROM segment_parts WHERE id = ?").Bind(1, id);
            if (!row.Step())
            {
                row.Reset();
                throw Damaged($"part {_nextPart} of stream {stream} is missing");
            }

            var checksum = row.Int64(0);
            _partLength = row.Int32(1);
            row.Reset();
            if (_part.Length < _partLength)
            {
                _part = new byte[_partLength];
            }

            using (var blob = connection.OpenBlob("segment_parts", "bytes", id))
            {
                connection.Check(raw.sqlite3_blob_read(blob, _part.AsSpan(0, _partLength), 0));
            }

            if (_partLength == 0 || Checksum.Of(_part.AsSpan(0, _partLength)) != checksum)
            {
                throw Damaged($"part {_nextPart} of stream {stream} is not as it was written");
            }

            _read = 0;
        }
    }
}
