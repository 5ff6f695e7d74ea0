using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Embedding;

public sealed class EmbeddersTests
{
    private readonly HashingEmbedder _builtIn = new("built-in");
    private readonly ProviderFake _cloud = new();
    private readonly ProviderFake _local = new("local-small", isLocal: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_collection_gets_the_first_configured_embedder_and_one_that_must_stay_a_local_one()
    {
        Assert.Same(_builtIn, await new Embedders(_builtIn).ForAsync(null, localOnly: false, Token));
        Assert.Same(_cloud, await new Embedders(_builtIn, _cloud, _local).ForAsync(null, localOnly: false, Token));
        Assert.Same(_local, await new Embedders(_builtIn, _cloud, _local).ForAsync(null, localOnly: true, Token));
        Assert.Same(_builtIn, await new Embedders(_builtIn, _cloud).ForAsync(null, localOnly: true, Token));
    }

    [Fact]
    public async Task A_collection_keeps_its_space_while_an_embedder_for_it_is_there()
    {
        var embedders = new Embedders(_builtIn, _cloud, _local);
        Assert.Same(_builtIn, await embedders.ForAsync(_builtIn.Space, localOnly: false, Token));
        Assert.Same(_local, await embedders.ForAsync(_local.Space, localOnly: false, Token));
        Assert.Same(_cloud, await embedders.ForAsync(new EmbeddingSpace("model of yesterday", 8), localOnly: false, Token));
        // Marked local only after a cloud model embedded it: it moves to a local one.
        Assert.Same(_local, await embedders.ForAsync(_cloud.Space, localOnly: true, Token));
    }

    [Fact]
    public async Task An_update_of_the_built_in_model_sends_nothing_to_a_provider()
    {
        var builtIn = new Versioned("static-2");
        Assert.Same(builtIn, await new Embedders(builtIn, _cloud).ForAsync(new EmbeddingSpace("static-1", 64), localOnly: false, Token));
        Assert.Same(_cloud, await new Embedders(builtIn, _cloud).ForAsync(new EmbeddingSpace("other-1", 64), localOnly: false, Token));
    }

    [Fact]
    public async Task Find_knows_every_space_and_says_when_it_cannot_know()
    {
        var embedders = new Embedders(_builtIn, _cloud, _local);
        Assert.Same(_cloud, await embedders.FindAsync(_cloud.Space.Fingerprint, Token));
        Assert.Null(await embedders.FindAsync("nobody's", Token));
        _cloud.IsSpaceUnknown = true;
        Assert.Same(_local, await embedders.FindAsync(_local.Space.Fingerprint, Token));
        Assert.Same(_builtIn, await embedders.FindAsync(_builtIn.Space.Fingerprint, Token));
        var error = await Assert.ThrowsAsync<ProviderException>(() => embedders.FindAsync(_cloud.Space.Fingerprint, Token).AsTask());
        Assert.Equal(ProviderFailure.Unavailable, error.Failure);
        // Nor is a collection moved to another model because nobody could be asked.
        await Assert.ThrowsAsync<ProviderException>(() => embedders.ForAsync(_cloud.Space, localOnly: false, Token).AsTask());
        Assert.Same(_local, await embedders.ForAsync(_cloud.Space, localOnly: true, Token));
    }

    private sealed class Versioned(string model) : IEmbedder
    {
        private readonly HashingEmbedder _embedder = new(model);

        public bool IsLocal => true;

        public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => _embedder.GetSpaceAsync(cancellationToken);

        public bool Succeeds(EmbeddingSpace space) => space.Model.StartsWith("static-", StringComparison.Ordinal);

        public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => _embedder.EmbedQueryAsync(query, cancellationToken);

        public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
            => _embedder.EmbedPassagesAsync(passages, destination, cancellationToken);
    }
}
