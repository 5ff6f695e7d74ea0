using Microsoft.ML.OnnxRuntime;
using Synapse.Errors;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>The output of a graph that is used.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PerToken">Whether it has a row for each token, or one for each text.</param>
/// <param name="Width">Numbers of a row.</param>
/// <param name="IsHalf">Whether they are 16-bit floats.</param>
internal sealed record GraphOutput(string Name, bool PerToken, int Width, bool IsHalf)
{
    private static readonly string[] StateNames = ["last_hidden_state", "token_embeddings"];
    private const string SentenceName = "sentence_embedding";
    private const string ScoreName = "logits";

    /// <summary>The output that embeddings are made of: states of tokens, or embeddings that the graph has finished itself.</summary>
    /// <param name="file">What errors call the file.</param>
    /// <param name="outputs">The outputs of the graph.</param>
    /// <param name="statedWidth">Width of a state as the configuration says; used where the graph does not say.</param>
    /// <param name="finished">Whether only finished embeddings will do.</param>
    public static GraphOutput FindEmbedding(string file, IReadOnlyDictionary<string, NodeMetadata> outputs, int? statedWidth, bool finished)
    {
        if (!finished && Array.Find(StateNames, outputs.ContainsKey) is { } states)
        {
            return Read(file, states, outputs[states], perToken: true, statedWidth);
        }

        if (finished && !outputs.ContainsKey(SentenceName))
        {
            throw new ModelFormatException("modules.json", $"its Dense module has weights outside of ONNX, which are not read. Export the model so that the graph itself gives '{SentenceName}'");
        }

        return outputs.TryGetValue(SentenceName, out var output)
            ? Read(file, SentenceName, output, perToken: false, statedWidth)
            : throw new ModelFormatException(file, $"it gives {string.Join(", ", outputs.Keys)}, and none of {string.Join(", ", StateNames)}, {SentenceName}");
    }

    /// <summary>The output with the score of a cross-encoder.</summary>
    public static GraphOutput FindScore(string file, IReadOnlyDictionary<string, NodeMetadata> outputs)
        => outputs.TryGetValue(ScoreName, out var output)
            ? Read(file, ScoreName, output, perToken: false, statedWidth: 1)
            : throw new ModelFormatException(file, $"it gives {string.Join(", ", outputs.Keys)}, and no {ScoreName}: it is no cross-encoder");

    private static GraphOutput Read(string file, string name, NodeMetadata output, bool perToken, int? statedWidth)
    {
        if (!output.IsTensor || output.Dimensions.Length != (perToken ? 3 : 2))
        {
            throw new ModelFormatException(file, $"its output '{name}' should have {(perToken ? 3 : 2)} dimensions");
        }

        var isHalf = output.ElementType == typeof(Float16);
        if (!isHalf && output.ElementType != typeof(float))
        {
            throw new ModelFormatException(file, $"its output '{name}' should be 32-bit or 16-bit floats");
        }

        var width = output.Dimensions[^1] > 0 ? output.Dimensions[^1] : statedWidth ?? throw new ModelFormatException(file, $"neither it nor config.json says how wide the output '{name}' is");
        return new GraphOutput(name, perToken, width, isHalf);
    }
}
