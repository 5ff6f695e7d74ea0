namespace Synapse.Embedding;

/// <summary>One query, embedded into the spaces that are searched.</summary>
public sealed class QueryEmbeddings
{
    private readonly KeyValuePair<string, ReadOnlyMemory<float>>[] _bySpace;

    /// <summary>Takes the embeddings.</summary>
    /// <param name="bySpace">Fingerprint of a space → the query's embedding there: unit length, or all zero for a query that says nothing there. Each space once.</param>
    public QueryEmbeddings(params IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> bySpace) => _bySpace = [.. bySpace];

    /// <summary>No space at all: only words are searched.</summary>
    public static QueryEmbeddings None { get; } = new();

    /// <summary>Fingerprints and embeddings.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<float>>> BySpace => _bySpace;

    /// <summary>Whether an embedding can match anything: not all are zero.</summary>
    public bool SaysAnything
    {
        get
        {
            foreach (var (_, embedding) in _bySpace)
            {
                if (embedding.Span.ContainsAnyExcept(0f))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The embedding of one space.</summary>
    public static QueryEmbeddings Of(EmbeddingSpace space, ReadOnlyMemory<float> embedding)
    {
        ArgumentNullException.ThrowIfNull(space);
        return new(KeyValuePair.Create(space.Fingerprint, embedding));
    }

    /// <summary>Whether there is an embedding of a space; null is no space.</summary>
    public bool Covers(string? fingerprint)
    {
        foreach (var (known, _) in _bySpace)
        {
            if (known == fingerprint)
            {
                return true;
            }
        }

        return false;
    }
}
