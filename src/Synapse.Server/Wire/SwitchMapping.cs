using Synapse.Contracts;
using Synapse.Embedding;
using Synapse.Switching;

namespace Synapse.Server.Wire;

/// <summary>Switches of embedding models as the contract says them.</summary>
internal static class SwitchMapping
{
    public static EmbeddingModelResponse ToResponse(ConfiguredEmbedder configured)
        => new(configured.Space?.Model, configured.Space?.Dimensions, configured.Embedder.IsLocal, configured.Fault?.Message);

    public static SwitchEstimateResponse ToResponse(this SwitchEstimate estimate, string collection)
        => new(
            collection,
            estimate.From.Model,
            estimate.To.Model,
            estimate.Documents,
            estimate.Chunks,
            estimate.Tokens,
            estimate.IsLocal,
            estimate.Duration?.TotalSeconds,
            estimate.Cost,
            estimate.Currency);

    public static ModelSwitchResponse ToResponse(this ModelSwitching switching, ModelSwitch found, string collection)
        => new(
            collection,
            found.From.Model,
            found.To.Model,
            found.Searched.Model,
            found.State switch
            {
                SwitchState.Filling => "filling",
                SwitchState.Ready => "ready",
                _ => "switched",
            },
            found.Wish switch
            {
                SwitchWish.WhenGood => "good",
                SwitchWish.Hold => "hold",
                SwitchWish.Switch => "switch",
                SwitchWish.Return => "return",
                _ => "end",
            },
            new SwitchProgressResponse(
                found.Progress.DocumentCount,
                found.Progress.DocumentsDone,
                found.Progress.ChunkCount,
                found.Progress.ChunksDone,
                found.Progress.DocumentsRefused,
                switching.RemainingOf(found)?.TotalSeconds),
            found.Comparison is { } comparison ? ToResponse(comparison) : null,
            found.StartedAt,
            found.SwitchedAt,
            found.Error);

    public static SwitchWish ToWish(string wish) => wish switch
    {
        "good" => SwitchWish.WhenGood,
        "switch" => SwitchWish.Switch,
        "return" => SwitchWish.Return,
        _ => SwitchWish.Hold,
    };

    public static EvaluationContract ToContract(this EvaluationSet evaluation)
        => new([.. evaluation.Questions.Select(static question => new EvaluationQuestionContract(question.Text, question.Relevant))]);

    public static EvaluationSet ToEvaluation(this EvaluationContract evaluation)
        => new([.. evaluation.Questions.Select(static question => new EvaluationQuestion(question.Text, question.Relevant))]);

    private static SwitchComparisonResponse ToResponse(SwitchComparison comparison)
        => new(
            comparison.Basis == EvaluationBasis.Judged ? "judged" : "drawn",
            comparison.Questions,
            comparison.Ndcg,
            comparison.ShadowNdcg,
            comparison.Recall,
            comparison.ShadowRecall,
            comparison.Overlap,
            comparison.IsGood,
            comparison.MeasuredAt);
}
