namespace Synapse.LocalModels.Onnx.Folders;

/// <summary>What <c>config.json</c> says of the encoder.</summary>
/// <param name="Positions">Longest input that it has positions for; null when it does not say.</param>
/// <param name="Labels">Scores of its classification head; null when it does not say.</param>
/// <param name="Activation">The activation that the configuration of a cross-encoder names; null when it names none.</param>
/// <param name="PositionsBeforeFirst">Rows of the table of positions that no token uses.</param>
internal sealed record EncoderConfiguration(int? Positions, int? Labels, string? Activation, int PositionsBeforeFirst)
{
    private const string FileName = "config.json";

    // Encoders after RoBERTa count positions from the padding id on: two rows are never used.
    private static readonly HashSet<string> CountsFromPadding = ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "longformer", "roformer-v2", "data2vec-text", "ibert", "luke", "xmod", "roberta-prelayernorm"];

    public static EncoderConfiguration Read(ModelFolder folder)
    {
        if (folder.TryReadSettings(FileName) is not { } settings)
        {
            return new EncoderConfiguration(null, null, null, 0);
        }

        var unused = CountsFromPadding.Contains(settings.Text("model_type") ?? "") ? 2 : 0;
        var positions = settings.Count("max_position_embeddings") is { } rows ? Math.Max(1, rows - unused) : (int?)null;
        var activation = settings.Object("sentence_transformers")?.Text("activation_fn") ?? settings.Text("sbert_ce_default_activation_function");
        var labels = settings.Object("id2label")?.Names.Count() is > 0 and var count ? count : settings.Count("num_labels");
        return new EncoderConfiguration(positions, labels, activation, unused);
    }
}
