namespace Synapse.StaticModel.Training;

/// <summary>Hyperparameters of a run; docs/model-card.md tells those of the committed weights.</summary>
internal sealed class TrainingOptions
{
    public int Words { get; set; } = 110_000;

    public int Buckets { get; set; } = 36_000;

    /// <summary>Words from this frequency rank on are the sum of their own row and their n-gram rows.</summary>
    public int ComposedFromRank { get; set; } = 8_000;

    /// <summary>How often a composed word is trained as if it were unknown.</summary>
    public double WordDropout { get; set; } = 0.15;

    public double RepeatExponent { get; set; } = 0.5;

    public int Batch { get; set; } = 4_096;

    public int Run { get; set; } = 4;

    public double Temperature { get; set; } = 0.05;

    public double LearningRate { get; set; } = 0.01;

    public int WarmUpSteps { get; set; } = 200;

    public double Epochs { get; set; } = 3;

    public long MaxPairs { get; set; } = long.MaxValue;

    /// <summary>Constant a of the starting norm sqrt(a / (a + p)), p being a token's share of all texts.</summary>
    public double FrequencyConstant { get; set; } = 0.001;

    /// <summary>The first dimensions of a word keep its pseudo-random start, so that exact matches stay visible; a multiple of 16.</summary>
    public int FrozenDimensions { get; set; }

    public double StartScale { get; set; } = 0.1;

    /// <summary>Entries of the gradient below 1/this are kept at random, so that their mean stays right.</summary>
    public double GradientFloor { get; set; } = 256;

    public int Seed { get; set; } = 20_261_123;

    public int Threads { get; set; } = 2;

    public int HeldOut { get; set; } = 4_000;

    /// <summary>Weights to go on from; empty to start from pseudo-random rows.</summary>
    public string From { get; set; } = "";

    /// <summary>How much of a word's pseudo-random start is added to its row when going on from earlier weights.</summary>
    public double Anchor { get; set; }

    public int Version { get; set; } = 1;

    /// <summary>Ends the run after this time; the learning rate then falls by the clock, and two runs differ.</summary>
    public double Minutes { get; set; } = 1e9;

    public static TrainingOptions Parse(IEnumerable<string> arguments)
    {
        var options = new TrainingOptions();
        foreach (var argument in arguments)
        {
            var parts = argument.Split('=', 2);
            var property = typeof(TrainingOptions).GetProperty(parts[0], System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.IgnoreCase)
                ?? throw new ArgumentException($"There is no option {parts[0]}.");
            property.SetValue(options, Convert.ChangeType(parts[1], property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));
        }

        return options;
    }
}
