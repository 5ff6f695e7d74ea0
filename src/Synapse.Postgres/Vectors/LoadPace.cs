namespace Synapse.Postgres.Vectors;

/// <summary>How fast documents come into a collection.</summary>
internal enum LoadPace
{
    /// <summary>No job adds to it.</summary>
    None,

    /// <summary>A job adds to it, more slowly than an index is built.</summary>
    Slow,

    /// <summary>A job adds to it, faster than an index is built, or is about to begin.</summary>
    Fast,
}
