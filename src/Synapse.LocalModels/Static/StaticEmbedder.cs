using System.Collections.Concurrent;
using Synapse.Embedding;

namespace Synapse.LocalModels.Static;

/// <summary>The built-in embedder: a table of token vectors, summed per text. Needs no other file, no network and no start-up time.</summary>
public sealed class StaticEmbedder : IEmbedder
{
    private const int MaxTextTokens = 8_192;
    private const string Family = "synapse-static-";

    private readonly StaticWeights weights;
    private readonly ConcurrentBag<TextEncoder> encoders = [];

    /// <summary>An embedder with the weights that are part of this assembly.</summary>
    public StaticEmbedder() : this(StaticWeights.FromResource())
    {
    }

    internal StaticEmbedder(StaticWeights weights)
    {
        this.weights = weights;
        Space = new EmbeddingSpace($"{Family}{weights.Version}", StaticWeights.Dimensions);
    }

    /// <inheritdoc/>
    public bool IsLocal => true;

    /// <summary>The space that every embedding of this embedder lives in.</summary>
    public EmbeddingSpace Space { get; }

    /// <inheritdoc/>
    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Space);

    /// <inheritdoc/>
    public bool Succeeds(EmbeddingSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        return space.Model.StartsWith(Family, StringComparison.Ordinal);
    }

    /// <summary>Embeds one text.</summary>
    /// <param name="text">A query or a passage: both sides are alike in this model.</param>
    /// <param name="destination">Receives 256 numbers of unit length, or zeros.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> does not hold 256 numbers.</exception>
    public void Embed(ReadOnlySpan<char> text, Span<float> destination)
    {
        if (destination.Length != StaticWeights.Dimensions)
        {
            throw new ArgumentException($"Room for {StaticWeights.Dimensions} numbers is needed, not {destination.Length}.", nameof(destination));
        }

        var encoder = encoders.TryTake(out var idle) ? idle : new TextEncoder(weights);
        encoder.Encode(text, destination, MaxTextTokens);
        encoders.Add(encoder);
    }

    /// <summary>Embeds one text in 8 bits a dimension: the unit vector times 127, rounded.</summary>
    /// <param name="text">A query or a passage.</param>
    /// <param name="destination">Receives 256 numbers.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> does not hold 256 numbers.</exception>
    public void Embed(ReadOnlySpan<char> text, Span<sbyte> destination)
    {
        Span<float> vector = stackalloc float[destination.Length];
        Embed(text, vector);
        for (var i = 0; i < vector.Length; i++)
        {
            destination[i] = (sbyte)MathF.Round(vector[i] * 127);
        }
    }

    /// <inheritdoc/>
    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var vector = new float[StaticWeights.Dimensions];
        Embed(query, vector.AsSpan());
        return ValueTask.FromResult(vector);
    }

    /// <inheritdoc/>
    public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        if (destination.Length != passages.Count * StaticWeights.Dimensions)
        {
            throw new ArgumentException($"{passages.Count} passages need room for {passages.Count * StaticWeights.Dimensions} numbers, not {destination.Length}.", nameof(destination));
        }

        for (var i = 0; i < passages.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Embed(passages[i].Span, destination.Span.Slice(i * StaticWeights.Dimensions, StaticWeights.Dimensions));
        }

        return ValueTask.CompletedTask;
    }
}
