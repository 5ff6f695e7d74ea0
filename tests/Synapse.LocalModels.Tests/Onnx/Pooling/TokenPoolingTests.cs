using Synapse.LocalModels.Onnx.Pooling;

namespace Synapse.LocalModels.Tests.Onnx.Pooling;

public sealed class TokenPoolingTests
{
    // Three tokens of width 2.
    private static readonly float[] States = [1, 10, 2, -20, 6, 40];

    [Theory]
    [InlineData("FirstToken", 0, 1f, 10f)]
    [InlineData("LastToken", 0, 6f, 40f)]
    [InlineData("Max", 0, 6f, 40f)]
    [InlineData("Mean", 0, 3f, 10f)]
    [InlineData("Mean", 1, 4f, 10f)]
    [InlineData("WeightedMean", 0, 23f / 6, 90f / 6)] // (1 + 2*2 + 3*6) / 6; (10 - 2*20 + 3*40) / 6
    [InlineData("WeightedMean", 2, 6f, 40f)]
    [InlineData("MeanSqrtLength", 0, 5.196152f, 17.320508f)] // 9 and 30 by the root of 3
    public void Pool_follows_the_formula(string mode, int skipped, float first, float second)
    {
        var result = new float[2];
        TokenPooling.Pool(Enum.Parse<PoolingMode>(mode), States, skipped, result);

        Assert.Equal(first, result[0], 1e-5f);
        Assert.Equal(second, result[1], 1e-5f);
    }

    [Fact]
    public void Nothing_to_pool_is_zero_and_stays_zero_when_normalized()
    {
        var result = new float[2];
        TokenPooling.Pool(PoolingMode.Mean, States, 3, result);
        TokenPooling.Normalize(result);

        Assert.Equal([0f, 0f], result);
    }
}
