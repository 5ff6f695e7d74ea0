using System.Runtime.CompilerServices;

namespace Synapse.Indexing;

/// <summary>A column of unknown length, gathered in rented pieces: one array that doubles would leave its large halves behind as garbage.</summary>
internal sealed class ColumnBuilder<T>
    where T : unmanaged
{
    private const int PieceBytes = 1 << 18;

    private readonly List<T[]> _pieces = [];
    private T[] _last = [];
    private int _lastCount;

    /// <summary>Elements so far.</summary>
    public int Count { get; private set; }

    /// <summary>Appends an element.</summary>
    public void Add(T element)
    {
        if (_lastCount == _last.Length)
        {
            AddPiece();
        }

        _last[_lastCount++] = element;
        Count++;
    }

    /// <summary>Appends elements.</summary>
    public void AddRange(ReadOnlySpan<T> elements)
    {
        while (!elements.IsEmpty)
        {
            if (_lastCount == _last.Length)
            {
                AddPiece();
            }

            var taken = Math.Min(elements.Length, _last.Length - _lastCount);
            elements[..taken].CopyTo(_last.AsSpan(_lastCount));
            _lastCount += taken;
            Count += taken;
            elements = elements[taken..];
        }
    }

    /// <summary>The whole column. Nothing can be appended afterwards.</summary>
    public T[] Take()
    {
        var column = GC.AllocateUninitializedArray<T>(Count);
        var rest = column.AsSpan();
        foreach (var piece in _pieces)
        {
            var taken = Math.Min(piece.Length, rest.Length);
            piece.AsSpan(0, taken).CopyTo(rest);
            rest = rest[taken..];
            SegmentBuffers<T>.Pool.Return(piece);
        }

        _pieces.Clear();
        return column;
    }

    private void AddPiece()
    {
        _last = SegmentBuffers<T>.Pool.Rent(PieceBytes / Unsafe.SizeOf<T>());
        _lastCount = 0;
        _pieces.Add(_last);
    }
}
