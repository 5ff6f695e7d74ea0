using System.Globalization;
using Spectre.Console;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Shows how far a job is, on the standard error stream: a line that moves on a terminal, one line now and then elsewhere, nothing for quick jobs.</summary>
/// <param name="location">What is indexed.</param>
/// <param name="isPlain">Whether lines cannot be redrawn.</param>
internal sealed class ProgressLine(string location, bool isPlain) : IAsyncDisposable
{
    private static readonly TimeSpan QuietStart = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly TaskCompletionSource _ended = new();
    private TimeSpan _lastPlain;
    private JobResponse? _job;
    private Task? _drawing;

    /// <summary>Shows the state of the job, if it takes long enough to be worth a look.</summary>
    public void Show(JobResponse job)
    {
        _job = job;
        var elapsed = _time.GetElapsedTime(_started);
        if (job.Finished || elapsed < QuietStart)
        {
            return;
        }

        if (!isPlain)
        {
            _drawing ??= DrawAsync();
        }
        else if (elapsed - _lastPlain >= PlainInterval)
        {
            _lastPlain = elapsed;
            Console.Error.WriteLine(Describe(job));
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        if (_drawing is not null)
        {
            await _drawing;
        }
    }

    private async Task DrawAsync()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress().AutoClear(true).HideCompleted(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape($"Indexing {Terminal.Clean(location)}"));
                while (!_ended.Task.IsCompleted)
                {
                    Update(task);
                    await Task.WhenAny(_ended.Task, Task.Delay(TimeSpan.FromMilliseconds(100), _time));
                }
            });
    }

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
        => string.Create(CultureInfo.InvariantCulture, $"Indexing {Terminal.Clean(location)}: {job.Progress.FilesDone:N0} of {job.Progress.FilesFound:N0} files");
}
