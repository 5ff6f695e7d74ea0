namespace Synapse.Retrieval.Intent;

/// <summary>What a query asks for, read from its wording alone.</summary>
/// <param name="Text">The query, trimmed.</param>
/// <param name="Kind">What it looks like.</param>
/// <param name="Words">Its distinct words in order, lower-cased, names split at their borders, without function words.</param>
/// <param name="Names">Its names as code writes them, in order, qualifiers included, without call brackets.</param>
/// <param name="Topics">The special kinds of file that it asks for.</param>
internal sealed record QueryIntent(string Text, QueryKind Kind, IReadOnlyList<string> Words, IReadOnlyList<string> Names, QueryTopics Topics);

/// <summary>Kinds of file that stand behind others in the order, unless the query asks for them.</summary>
[Flags]
internal enum QueryTopics
{
    /// <summary>None in particular.</summary>
    None = 0,

    /// <summary>Tests and their fixtures.</summary>
    Tests = 1,

    /// <summary>Examples, samples and demos.</summary>
    Examples = 2,

    /// <summary>Files that a tool wrote.</summary>
    Generated = 4,

    /// <summary>Copies of other people's code.</summary>
    Vendored = 8,

    /// <summary>Code kept for old callers.</summary>
    Legacy = 16,

    /// <summary>Files of declarations without bodies.</summary>
    Declarations = 32,

    /// <summary>Files that only pass on what others define.</summary>
    Barrels = 64,

    /// <summary>Measurements of speed.</summary>
    Benchmarks = 128,

    /// <summary>Inner workings.</summary>
    Internals = 256,

    /// <summary>Texts about code, and settings.</summary>
    Documentation = 512,
}
