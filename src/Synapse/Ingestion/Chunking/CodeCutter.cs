namespace Synapse.Ingestion.Chunking;

/// <summary>Makes chunks of an outline: definitions whole where they fit, small ones joined, large ones cut.</summary>
internal sealed class CodeCutter
{
    private readonly record struct Piece(int End, bool IsSolid);

    private readonly LineMap _lines;
    private readonly ChunkKind _kind;
    private readonly ChunkList _chunks;
    private readonly List<Piece> _pieces = [];
    private readonly List<OutlineNode> _definitions = [];
    private readonly List<int> _cuts = [];
    private readonly Stack<OutlineNode> _open = new();
    private int _nextDefinition;

    private CodeCutter(LineMap lines, ChunkKind kind)
    {
        _lines = lines;
        _kind = kind;
        _chunks = new ChunkList(lines);
    }

    /// <summary>Cuts a text along its outline.</summary>
    public static IReadOnlyList<Chunk> Cut(LineMap lines, OutlineNode file, ChunkKind kind)
    {
        var cutter = new CodeCutter(lines, kind);
        cutter.TakeApart(file);
        cutter.Join();
        return cutter._chunks.Chunks;
    }

    // Outlines are at most BraceOutline.MaxDepth deep.
    private void TakeApart(OutlineNode node)
    {
        if (node.Symbol is not null)
        {
            _definitions.Add(node);
        }

        var size = _lines.Size(node.StartLine, node.EndLine);
        if (size <= (node.IsContainer ? ChunkSize.WholeClass : ChunkSize.Max) || node.Children.Count == 0)
        {
            CollectDefinitions(node);
            AddRange(_lines.Start(node.StartLine), _lines.Start(node.EndLine));
            return;
        }

        AddRange(_lines.Start(node.StartLine), _lines.Start(node.Children[0].StartLine));
        foreach (var child in node.Children)
        {
            TakeApart(child);
        }

        AddRange(_lines.Start(node.NextLine), _lines.Start(node.EndLine));
    }

    private void CollectDefinitions(OutlineNode node)
    {
        foreach (var child in node.Children)
        {
            if (child.Symbol is not null)
            {
                _definitions.Add(child);
            }

            CollectDefinitions(child);
        }
    }

    private void AddRange(int start, int end)
    {
        if (end <= start)
        {
            return;
        }

        _cuts.Clear();
        TextSplitter.Split(_lines, start, end, ChunkSize.ProseTarget, _cuts);
        foreach (var cut in _cuts)
        {
            _pieces.Add(new Piece(cut, true));
        }

        _pieces.Add(new Piece(end, _cuts.Count > 0));
    }

    private void Join()
    {
        int end = 0, previousEnd = 0;
        var isSolid = false;
        foreach (var piece in _pieces)
        {
            var size = end - _chunks.Position;
            var added = piece.End - previousEnd;
            var fits = size == 0
                || (!isSolid && !piece.IsSolid && size + added <= ChunkSize.CodeTarget)
                || (size + added <= ChunkSize.Max && (size < ChunkSize.Crumb || added < ChunkSize.Tail));
            if (!fits)
            {
                Finish(end);
                isSolid = false;
            }

            isSolid |= piece.IsSolid;
            end = piece.End;
            previousEnd = piece.End;
        }

        Finish(end);
    }

    private void Finish(int end)
    {
        if (end <= _chunks.Position)
        {
            return;
        }

        List<string>? names = null;
        var start = _chunks.Position;
        while (_open.TryPeek(out var closed) && _lines.Start(closed.EndLine) <= start)
        {
            _open.Pop();
        }

        var around = _open.TryPeek(out var innermost) ? innermost.Symbol : null;
        while (_nextDefinition < _definitions.Count && _lines.Start(_definitions[_nextDefinition].DefinitionLine) < end)
        {
            var definition = _definitions[_nextDefinition++];
            (names ??= []).Add(definition.Symbol!);
            while (_open.TryPeek(out var closed) && closed.EndLine <= definition.StartLine)
            {
                _open.Pop();
            }

            _open.Push(definition);
        }

        _chunks.EndAt(end, _kind, null, names?[0] ?? around, names);
    }
}
