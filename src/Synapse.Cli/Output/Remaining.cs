namespace Synapse.Cli.Output;

/// <summary>Says in words how long something takes.</summary>
internal static class Remaining
{
    /// <summary>Hours and minutes, or minutes and seconds, or seconds.</summary>
    public static string Describe(TimeSpan time)
        => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{Math.Ceiling(time.TotalSeconds)} s";
}
