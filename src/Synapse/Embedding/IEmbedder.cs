namespace Synapse.Embedding;

/// <summary>Turns text into embeddings of one space. Safe to call from several threads at once.</summary>
public interface IEmbedder
{
    /// <summary>The space that every embedding of this embedder lives in.</summary>
    /// <remarks>An embedder in this process knows it at once; that of a provider may have to ask its server the first time.</remarks>
    /// <exception cref="Errors.ProviderException">The server cannot be asked.</exception>
    ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken);

    /// <summary>Whether texts stay on this machine or its private network.</summary>
    bool IsLocal { get; }

    /// <summary>How passages should be gathered into requests; null when texts are best embedded one document at a time, on the thread that has them.</summary>
    EmbeddingBatchHint? BatchHint => null;

    /// <summary>Whether a space is that of another version of this embedder, so that its collections move on to this one.</summary>
    bool Succeeds(EmbeddingSpace space) => false;

    /// <summary>How many tokens a text has for the model; where that is not known, a quarter of its characters.</summary>
    long CountTokens(ReadOnlySpan<char> text) => (text.Length + 3) / 4;

    /// <summary>What embedding costs, by the operator's price table; null without one.</summary>
    EmbeddingPrice? Price => null;

    /// <summary>Embeds a question or search query.</summary>
    /// <returns><see cref="EmbeddingSpace.Dimensions"/> numbers of unit length, or all zero.</returns>
    ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken);

    /// <summary>Embeds passages.</summary>
    /// <param name="passages">The texts, in order.</param>
    /// <param name="destination">Receives the embeddings one after the other; its length is the number of passages times the dimensions.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    /// <exception cref="Errors.ProviderException">The server failed; nothing of <paramref name="destination"/> may be used.</exception>
    ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken);
}

/// <summary>What embedding costs.</summary>
/// <param name="PerMillionTokens">Price of a million tokens.</param>
/// <param name="Currency">Three letters, such as <c>USD</c>.</param>
public sealed record EmbeddingPrice(decimal PerMillionTokens, string Currency);
