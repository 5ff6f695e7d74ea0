namespace Synapse.Ingestion.Chunking;

/// <summary>Makes chunks of sections: small neighbours joined, large ones cut between paragraphs into equal parts.</summary>
internal sealed class ProseCutter
{
    private readonly LineMap _lines;
    private readonly ChunkList _chunks;
    private readonly List<int> _cuts = [];

    private ProseCutter(LineMap lines)
    {
        _lines = lines;
        _chunks = new ChunkList(lines);
    }

    /// <summary>Cuts a text along its sections.</summary>
    public static IReadOnlyList<Chunk> Cut(LineMap lines, List<Section> sections)
    {
        var cutter = new ProseCutter(lines);
        cutter.Join(sections);
        return cutter._chunks.Chunks;
    }

    private void Join(List<Section> sections)
    {
        int end = 0, endLine = 0;
        string? path = null;
        var hasBody = false;
        foreach (var section in sections)
        {
            var held = end - _chunks.Position;
            var size = _lines.Size(section.StartLine, section.EndLine);
            var joins = held > 0
                && ((held < ChunkSize.Crumb && size > ChunkSize.Max)
                    || (held + size <= ChunkSize.Max && !hasBody)
                    || (held + size <= ChunkSize.ProseTarget && (held < ChunkSize.ProseMin || size < ChunkSize.ProseMin)));
            if (held > 0 && !joins)
            {
                Finish(end, path);
                path = null;
                hasBody = false;
            }

            // A few words of introduction do not give a long section their heading.
            var isMost = held < ChunkSize.Crumb && size > 2 * held;
            path = !joins || !hasBody || isMost ? section.Path ?? path : CommonPath(path, section.Path);
            hasBody |= section.HasBody;
            end = _lines.Start(section.EndLine);
            endLine = section.EndLine;
            if (size > ChunkSize.Max)
            {
                CutSection(section, path);
                path = null;
                hasBody = false;
            }
        }

        Finish(_lines.Start(endLine), path);
    }

    // What the position stands before, so far, belongs to the first part.
    private void CutSection(Section section, string? path)
    {
        var end = _lines.Start(section.EndLine);
        var blocks = section.Blocks;
        var next = 0;
        while (end - _chunks.Position > ChunkSize.Max)
        {
            var rest = end - _chunks.Position;
            var parts = (rest + ChunkSize.ProseTarget - 1) / ChunkSize.ProseTarget;
            var ideal = _chunks.Position + (rest / parts);
            while (next < blocks.Count && _lines.Start(blocks[next]) <= _chunks.Position)
            {
                next++;
            }

            var best = -1;
            for (var i = next; i < blocks.Count && _lines.Start(blocks[i]) - _chunks.Position <= ChunkSize.Max; i++)
            {
                var at = _lines.Start(blocks[i]);
                if (best < 0 || Math.Abs(at - ideal) < Math.Abs(best - ideal))
                {
                    best = at;
                }
            }

            if (best - _chunks.Position >= ChunkSize.Crumb)
            {
                Finish(best, path);
                continue;
            }

            // A paragraph or fenced block that is too large by itself.
            var blockEnd = next < blocks.Count && best < 0 ? _lines.Start(blocks[next]) : NextBlock(blocks, best, end);
            _cuts.Clear();
            TextSplitter.Split(_lines, _chunks.Position, blockEnd, ChunkSize.ProseTarget, _cuts);
            foreach (var cut in _cuts)
            {
                Finish(cut, path);
            }

            Finish(blockEnd, path);
        }

        Finish(end, path);
    }

    private int NextBlock(List<int> blocks, int after, int end)
    {
        var index = after < 0 ? -1 : blocks.BinarySearch(_lines.LineOf(after, 0));
        return index >= 0 && index + 1 < blocks.Count ? _lines.Start(blocks[index + 1]) : end;
    }

    private void Finish(int end, string? path) => _chunks.EndAt(end, ChunkKind.Prose, path);

    private static string? CommonPath(string? a, string? b)
    {
        if (a is null || b is null || a == b)
        {
            return a ?? b;
        }

        var first = a.Split(" > ");
        var second = b.Split(" > ");
        var common = 0;
        while (common < Math.Min(first.Length, second.Length) && first[common] == second[common])
        {
            common++;
        }

        return common == 0 ? a : string.Join(" > ", first.Take(common));
    }
}
