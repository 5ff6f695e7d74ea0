using System.Globalization;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Reranking;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Diagnosis;

/// <summary>Whether a model puts the fitting text before the other.</summary>
internal sealed class RerankCheck(ProviderProbe probe, string model)
{
    private const string Query = "When do cats sleep?";
    private static readonly ReadOnlyMemory<char>[] Texts = ["The invoice is due within thirty days.".AsMemory(), "Cats sleep most of the day.".AsMemory()];

    public async Task<Finding> RankAsync(CancellationToken cancellationToken)
    {
        double[] scores;
        try
        {
            scores = await probe.UseAsync(model, async () =>
            {
                // The texts are ours: the request says that it carries nobody's.
                using var activity = EgressActivity.Begin(EgressPurpose.Reranking, []);
                var begun = probe.Time.GetTimestamp();
                return (await RerankSource.SendAsync(probe.Connection, model, Query, Texts, cancellationToken), 0L, 0L, probe.Time.GetElapsedTime(begun));
            });
        }
        catch (WireException exception) when (exception.Failure.Kind == ProviderFailure.Protocol)
        {
            return Finding.Failed(FindingCodes.RerankWrong, "The reply holds no score for each text.", $"Check that the server runs a reranker and that its address has /rerank; {probe.Words.Endpoint} names the server.");
        }

        return scores[1] > scores[0]
            ? Finding.Ok(FindingCodes.Reranks, string.Create(CultureInfo.InvariantCulture, $"'{model}' ranks; the fitting text has {scores[1]:0.###}, the other {scores[0]:0.###}."))
            : Finding.Warning(FindingCodes.RerankWrong, $"'{model}' puts a text that does not fit before one that does.", "Check that the model is a reranker; an embedding or chat model ranks by chance.");
    }
}
