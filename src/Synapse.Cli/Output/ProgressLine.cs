using System.Globalization;
using Spectre.Console;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Shows how far a job is, on the standard error stream: a line that moves on a terminal, one line now and then elsewhere, nothing for quick jobs.</summary>
internal sealed class ProgressLine : IAsyncDisposable
{
    private static readonly TimeSpan QuietStart = TimeSpan.FromMilliseconds(400);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly DrawnLine _line;
    private readonly string _title;
    private JobResponse? _job;

    /// <summary>A line.</summary>
    /// <param name="location">What is indexed.</param>
    /// <param name="isPlain">Whether lines cannot be redrawn.</param>
    public ProgressLine(string location, bool isPlain)
    {
        _title = $"Indexing {Terminal.Clean(location)}";
        _line = new DrawnLine(_title, isPlain, Update);
    }

    /// <summary>Shows the state of the job, if it takes long enough to be worth a look.</summary>
    public void Show(JobResponse job)
    {
        _job = job;
        if (!job.Finished && _time.GetElapsedTime(_started) >= QuietStart)
        {
            _line.Show(() => Describe(job));
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _line.DisposeAsync();

    private void Update(ProgressTask task)
    {
        if (_job is { } job)
        {
            task.IsIndeterminate = !job.Progress.WalkComplete;
            task.MaxValue = Math.Max(1, job.Progress.BytesFound);
            task.Value = job.Progress.BytesDone;
            task.Description = Markup.Escape(Describe(job));
        }
    }

    private string Describe(JobResponse job)
        => string.Create(CultureInfo.InvariantCulture, $"{_title}: {job.Progress.FilesDone:N0} of {job.Progress.FilesFound:N0} files")
            + (job.Progress.RemainingSeconds is > 1 and var seconds ? $", about {JobPrinter.Duration(seconds)} left" : "");
}
