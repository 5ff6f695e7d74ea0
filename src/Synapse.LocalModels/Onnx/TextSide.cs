namespace Synapse.LocalModels.Onnx;

/// <summary>What a text is to retrieval, and so which prefix it gets.</summary>
public enum TextSide
{
    /// <summary>Neither: the model's default prompt if it names one, else no prefix.</summary>
    Plain,

    /// <summary>A question or search query.</summary>
    Query,

    /// <summary>A passage that is searched.</summary>
    Passage,
}
