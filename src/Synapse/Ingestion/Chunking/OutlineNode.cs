namespace Synapse.Ingestion.Chunking;

/// <summary>A run of lines that belong together: a definition with what stands before it, or a statement.</summary>
/// <param name="startLine">First line, from 0: the line after the one that the node before it ends in.</param>
internal sealed class OutlineNode(int startLine)
{
    private static readonly List<OutlineNode> NoChildren = [];
    private List<OutlineNode>? _children;

    /// <summary>First line, from 0.</summary>
    public int StartLine { get; } = startLine;

    /// <summary>One past the last line.</summary>
    public int EndLine { get; set; } = startLine;

    /// <summary>Line in which the definition itself begins, after its comments.</summary>
    public int DefinitionLine { get; set; } = startLine;

    /// <summary>Line after the one that opens it, where its members begin; for a node without members, its first line.</summary>
    public int BodyLine { get; init; } = startLine;

    /// <summary>Qualified name of what is defined; null for a statement and for a name space.</summary>
    public string? Symbol { get; set; }

    /// <summary>Whether members may be taken apart: a class, a name space, a module.</summary>
    public bool IsContainer { get; init; }

    /// <summary>What lies directly in it, in order.</summary>
    public List<OutlineNode> Children => _children ?? NoChildren;

    /// <summary>Line at which the next thing in it begins.</summary>
    public int NextLine => _children is { Count: > 0 } ? _children[^1].EndLine : BodyLine;

    /// <summary>Puts a node into it.</summary>
    public void Add(OutlineNode child) => (_children ??= []).Add(child);
}
