namespace Synapse.Indexing;

/// <summary>What the choice of segments to merge goes by.</summary>
internal interface IMergeable
{
    /// <summary>Chunks, those that are gone included.</summary>
    int ChunkCount { get; }

    /// <summary>Chunks that are there.</summary>
    int LiveChunks { get; }

    /// <summary>Documents that are there.</summary>
    int LiveDocuments { get; }
}
