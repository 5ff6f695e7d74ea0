namespace Synapse.LocalModels.Onnx.Pooling;

/// <summary>How the states of a text's tokens become one embedding. Several modes are put one after the other, in this order.</summary>
internal enum PoolingMode
{
    /// <summary>The first token.</summary>
    FirstToken,

    /// <summary>The largest number of each dimension.</summary>
    Max,

    /// <summary>The mean.</summary>
    Mean,

    /// <summary>The sum, divided by the square root of the number of tokens.</summary>
    MeanSqrtLength,

    /// <summary>The mean, each token weighted by its position from 1 on.</summary>
    WeightedMean,

    /// <summary>The last token.</summary>
    LastToken,
}
