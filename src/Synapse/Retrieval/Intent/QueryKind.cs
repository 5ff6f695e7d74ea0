namespace Synapse.Retrieval.Intent;

/// <summary>What a query looks like, which decides how much names count against meaning.</summary>
internal enum QueryKind
{
    /// <summary>A question or a few words.</summary>
    Prose,

    /// <summary>Words, and at least one name written as code writes it.</summary>
    ProseWithNames,

    /// <summary>Nothing but names written as code writes them.</summary>
    Symbol,
}
