using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>An embedding model of the configuration.</summary>
/// <param name="Model">Its name; null when its server could not be asked.</param>
/// <param name="Dimensions">Numbers per embedding; null when its server could not be asked.</param>
/// <param name="IsLocal">Whether texts stay on this machine or its private network.</param>
/// <param name="Problem">Why its server could not be asked; null when it could.</param>
public sealed record EmbeddingModelResponse(string? Model, int? Dimensions, bool IsLocal, string? Problem);

/// <summary>The embedding models of the configuration, the built-in one first.</summary>
/// <param name="Models">The models.</param>
public sealed record EmbeddingModelListResponse(IReadOnlyList<EmbeddingModelResponse> Models);

/// <summary>Asks what a switch to another embedding model takes.</summary>
/// <param name="Model">Name of the model, as the embedding models are listed.</param>
public sealed record EstimateSwitchRequest([Required, StringLength(300, MinimumLength = 1)] string Model);

/// <summary>What a switch to another embedding model takes.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="FromModel">The model that it is embedded with.</param>
/// <param name="ToModel">The other model.</param>
/// <param name="Documents">Documents to embed.</param>
/// <param name="Chunks">Chunks to embed.</param>
/// <param name="Tokens">Tokens of those chunks, estimated from a sample.</param>
/// <param name="IsLocal">Whether the texts stay on this machine or its private network.</param>
/// <param name="DurationSeconds">How long it takes, measured on a sample; null for a model that is not local, to which nothing is sent for an estimate.</param>
/// <param name="Cost">What it costs by the operator's price table; null without one.</param>
/// <param name="Currency">Currency of the cost; null without one.</param>
public sealed record SwitchEstimateResponse(
    string Collection, string FromModel, string ToModel, long Documents, long Chunks, long Tokens, bool IsLocal, double? DurationSeconds, decimal? Cost, string? Currency);

/// <summary>Begins a switch to another embedding model.</summary>
/// <param name="Model">Name of the model, as the embedding models are listed.</param>
/// <param name="Wish"><c>good</c>: searches use the new model as soon as it is found to be no worse. <c>hold</c>: only when somebody says so. <c>switch</c>: as soon as all is embedded.</param>
public sealed record StartSwitchRequest(
    [Required, StringLength(300, MinimumLength = 1)] string Model, [AllowedValues("good", "hold", "switch")] string Wish = "good");

/// <summary>Says what shall become of a switch.</summary>
/// <param name="Wish"><c>switch</c>: searches use the new model, whatever was measured. <c>return</c>: the way back. <c>hold</c>: everything stays as it is. <c>good</c>: as when it began.</param>
public sealed record ChangeSwitchRequest([Required, AllowedValues("good", "hold", "switch", "return")] string Wish);

/// <summary>How much of the other space of a switch is filled.</summary>
/// <param name="DocumentCount">Documents of the collection.</param>
/// <param name="DocumentsDone">Of those, documents with embeddings of both models.</param>
/// <param name="ChunkCount">Chunks of the collection.</param>
/// <param name="ChunksDone">Of those, chunks of the documents done.</param>
/// <param name="DocumentsRefused">Documents that the model refused; they are found by their words alone.</param>
/// <param name="RemainingSeconds">Seconds that the rest takes, as measured; null without a measure, or at the end.</param>
public sealed record SwitchProgressResponse(long DocumentCount, long DocumentsDone, long ChunkCount, long ChunksDone, long DocumentsRefused, double? RemainingSeconds);

/// <summary>What the same questions find with either model; means over the questions, 0 to 1, of the first ten hits.</summary>
/// <param name="Basis"><c>judged</c>: the collection's own questions. <c>drawn</c>: sentences drawn from its documents, each of which has to find its own document.</param>
/// <param name="Questions">How many questions.</param>
/// <param name="OldNdcg">NDCG with the old model.</param>
/// <param name="NewNdcg">NDCG with the new model.</param>
/// <param name="OldRecall">Recall with the old model.</param>
/// <param name="NewRecall">Recall with the new model.</param>
/// <param name="Overlap">Share of the hits that both find.</param>
/// <param name="IsGood">Whether the new model is no worse.</param>
/// <param name="MeasuredAt">When it was measured.</param>
public sealed record SwitchComparisonResponse(
    string Basis, int Questions, double OldNdcg, double NewNdcg, double OldRecall, double NewRecall, double Overlap, bool IsGood, DateTimeOffset MeasuredAt);

/// <summary>A collection on its way from one embedding model to another, or there with the way back open.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="FromModel">The model that was searched when it began.</param>
/// <param name="ToModel">The model to switch to.</param>
/// <param name="SearchedModel">The model that searches use now.</param>
/// <param name="State"><c>filling</c>, <c>ready</c> or <c>switched</c>.</param>
/// <param name="Wish"><c>good</c>, <c>hold</c>, <c>switch</c>, <c>return</c> or <c>end</c>.</param>
/// <param name="Progress">How much is embedded.</param>
/// <param name="Comparison">What measuring found; null before.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="SwitchedAt">When searches last went from one model to the other; null before.</param>
/// <param name="Error">What hinders it now; it is tried again. Null when nothing does.</param>
public sealed record ModelSwitchResponse(
    string Collection,
    string FromModel,
    string ToModel,
    string SearchedModel,
    string State,
    string Wish,
    SwitchProgressResponse Progress,
    SwitchComparisonResponse? Comparison,
    DateTimeOffset StartedAt,
    DateTimeOffset? SwitchedAt,
    string? Error);

/// <summary>Switches, by collection.</summary>
/// <param name="Switches">The switches.</param>
public sealed record ModelSwitchListResponse(IReadOnlyList<ModelSwitchResponse> Switches);

/// <summary>A question with the documents that answer it.</summary>
/// <param name="Text">The question.</param>
/// <param name="Relevant">Paths of the documents that answer it.</param>
public sealed record EvaluationQuestionContract([Required, StringLength(2_000, MinimumLength = 1)] string Text, [Required, MinLength(1), MaxLength(1_000)] IReadOnlyList<string> Relevant);

/// <summary>The questions that a collection is measured by.</summary>
/// <param name="Questions">The questions.</param>
public sealed record EvaluationContract([Required, MinLength(1), MaxLength(2_000)] IReadOnlyList<EvaluationQuestionContract> Questions);
