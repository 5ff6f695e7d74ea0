using System.Runtime.InteropServices;

namespace Synapse.Sqlite.Segments;

/// <summary>A document of a segment. Written in files as it lies in memory, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct DocumentRow
{
    public long DocumentId;
    public long SourceId;

    /// <summary>Path, in the segment's strings.</summary>
    public int Path;

    /// <summary>Language, in the segment's strings.</summary>
    public int Language;

    public int FirstChunk;
    public int ChunkCount;
}

/// <summary>A chunk of a segment. Written in files as it lies in memory, little-endian.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct ChunkRow
{
    /// <summary>Its document, by place in the segment.</summary>
    public int Document;

    public int StartOffset;
    public int EndOffset;

    /// <summary>First byte of the span in the document's UTF-8.</summary>
    public int StartByte;

    public int EndByte;
    public int StartLine;
    public int EndLine;

    /// <summary>Heading path, in the segment's strings; -1 without one.</summary>
    public int Heading;

    /// <summary>Symbol, in the segment's strings; -1 without one.</summary>
    public int Symbol;

    /// <summary>Its first definition, in the segment's list of definitions.</summary>
    public int FirstDefinition;

    public ushort DefinitionCount;
    public byte Kind;
    public byte DefinesSymbol;
}
