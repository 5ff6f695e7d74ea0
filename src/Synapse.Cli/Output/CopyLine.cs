using System.Globalization;
using Spectre.Console;
using Synapse.Storage.Copying;

namespace Synapse.Cli.Output;

/// <summary>Shows how far a copy is, on the standard error stream: a line that moves on a terminal, one line now and then elsewhere.</summary>
internal sealed class CopyLine : IAsyncDisposable
{
    private readonly DrawnLine _line;
    private CopyProgress? _progress;

    /// <summary>A line.</summary>
    /// <param name="isPlain">Whether lines cannot be redrawn.</param>
    public CopyLine(bool isPlain) => _line = new DrawnLine("Reading", isPlain, Update);

    /// <summary>Shows what was done.</summary>
    public void Show(CopyProgress progress)
    {
        var begins = _progress?.Phase != progress.Phase;
        _progress = progress;
        _line.Show(() => Describe(progress), isNews: begins);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _line.DisposeAsync();

    private void Update(ProgressTask task)
    {
        if (_progress is { } progress)
        {
            task.MaxValue = Math.Max(1, progress.ChunksTotal);
            task.Value = progress.ChunksDone;
            task.Description = Markup.Escape(Describe(progress));
        }
    }

    private static string Describe(CopyProgress progress)
        => string.Create(CultureInfo.InvariantCulture, $"{progress.Phase}: {progress.DocumentsDone:N0} of {progress.DocumentsTotal:N0} documents")
            + (progress.Remaining is { } left && left > TimeSpan.Zero ? $", {Remaining.Describe(left)} left" : "");
}
