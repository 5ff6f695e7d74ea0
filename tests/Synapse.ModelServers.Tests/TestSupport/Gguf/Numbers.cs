namespace Synapse.ModelServers.Tests.TestSupport.Gguf;

/// <summary>Weights for models that need none that were learned.</summary>
internal static class Numbers
{
    public static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];

    /// <summary>Normally distributed, by Box and Muller's transform.</summary>
    public static float[] Normal(Random random, int count, float deviation)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var (u, v) = (1.0 - random.NextDouble(), random.NextDouble());
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v)) * deviation;
        }

        return values;
    }
}
