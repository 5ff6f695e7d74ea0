namespace Synapse.Ingestion.Chunking;

/// <summary>What a block or statement is, by what stands before it.</summary>
internal enum HeaderKind
{
    /// <summary>Nothing with a name.</summary>
    Other,

    /// <summary>A name space: members, but no symbol of its own.</summary>
    Namespace,

    /// <summary>A class or the like: members, and a symbol.</summary>
    Container,

    /// <summary>A function, method or property.</summary>
    Function,

    /// <summary>A block that is no definition, and that may hold some.</summary>
    Wrapper,
}

/// <summary>What a header says.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The name, with parts that the header itself qualifies it by; null without one.</param>
/// <param name="GoesOn">Whether the statement goes on after the block, as an assignment or call does.</param>
internal readonly record struct Header(HeaderKind Kind, string? Name, bool GoesOn = false);
