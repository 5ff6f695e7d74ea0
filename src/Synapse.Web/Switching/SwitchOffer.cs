using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Web.Switching;

/// <summary>What there is to switch to.</summary>
/// <param name="Collection">The collection as it is now.</param>
/// <param name="From">The space that is searched; null before its first document.</param>
/// <param name="Embedders">The embedders of the configuration.</param>
/// <param name="JudgedQuestions">How many questions of its own the models will be compared by; 0 when sentences are drawn from its documents.</param>
internal sealed record SwitchOffer(Collection Collection, EmbeddingSpace? From, IReadOnlyList<ConfiguredEmbedder> Embedders, int JudgedQuestions)
{
    /// <summary>Whether there is any model to choose.</summary>
    public bool HasChoice => Embedders.Any(embedder => WhyNot(embedder) is null);

    /// <summary>Reads what there is.</summary>
    /// <exception cref="CollectionNotFoundException">The collection is not there, or not for this caller.</exception>
    public static async Task<SwitchOffer> ReadAsync(
        string collection, ILibraryStore library, IIngestionStore ingestion, ISwitchStore switches, IEmbedders embedders, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await library.FindCollectionAsync(scope, collection, cancellationToken) ?? throw new CollectionNotFoundException(collection);
        var from = await ingestion.FindEmbeddingSpaceAsync(found.Id, cancellationToken);
        var evaluation = await switches.FindEvaluationAsync(scope, found.Id, cancellationToken);
        return new SwitchOffer(found, from, await embedders.ListAsync(cancellationToken), evaluation?.Questions.Count ?? 0);
    }

    /// <summary>Why an embedder cannot be chosen; null when it can.</summary>
    public string? WhyNot(ConfiguredEmbedder embedder) => embedder switch
    {
        { Space: null } => $"cannot be asked: {embedder.Fault?.Message}",
        _ when embedder.Space.Fingerprint == From?.Fingerprint => "in use now",
        { Embedder.IsLocal: false } when Collection.Privacy == CollectionPrivacy.LocalOnly => "not for this collection, which stays on this machine and its private network",
        _ => null,
    };

    /// <summary>What leaves this machine, in words.</summary>
    public string Leaving(SwitchEstimate estimate) => (estimate.IsLocal, IsSearchedLocally) switch
    {
        (true, true) => "Nothing leaves this machine or its private network.",
        (true, false) => $"The documents do not leave this machine or its private network. {Compared(estimate.From)}",
        (false, true) => $"The text of the documents goes to the provider of '{estimate.To.Model}', which is not local, and so does every question from the change on. For this estimate none of it was sent.",
        _ => $"The text of the documents goes to the provider of '{estimate.To.Model}', which is not local, and so does every question from the change on. {Compared(estimate.From)} For this estimate none of it was sent.",
    };

    // Who cannot be asked for its space may be the model that is searched.
    private bool IsSearchedLocally => Embedders.FirstOrDefault(embedder => embedder.Space is not null && embedder.Space.Fingerprint == From?.Fingerprint) is { } searched
        ? searched.Embedder.IsLocal
        : Embedders.All(embedder => embedder.Space is not null || embedder.Embedder.IsLocal);

    private string Compared(EmbeddingSpace from)
        => $"To compare, {(JudgedQuestions > 0 ? "its questions" : "the sentences drawn from them")} go to the provider of '{from.Model}', too, which is not local.";
}
