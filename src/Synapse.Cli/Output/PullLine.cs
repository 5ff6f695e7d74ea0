using System.Globalization;
using Spectre.Console;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Shows how far a pull is, on the standard error stream: a line that moves on a terminal, one line now and then elsewhere.</summary>
/// <param name="model">What is fetched.</param>
/// <param name="isPlain">Whether lines cannot be redrawn.</param>
internal sealed class PullLine(string model, bool isPlain) : IAsyncDisposable
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly TaskCompletionSource _ended = new();
    private long _lastPlain = TimeProvider.System.GetTimestamp();
    private PullProgressResponse? _progress;
    private string? _waiting;
    private Task? _drawing;

    /// <summary>Shows what has happened.</summary>
    public void Show(PullStreamEvent happened)
    {
        if (happened.Waiting is { } waiting)
        {
            _waiting = string.Create(CultureInfo.InvariantCulture, $"{Terminal.Clean(waiting.Reason)} Trying again in {waiting.RetryAfterMs / 1_000:0} s.");
            if (isPlain)
            {
                Console.Error.WriteLine($"{Terminal.Clean(model)}: {_waiting}");
            }
        }
        else if (happened.Progress is { } progress)
        {
            (_progress, _waiting) = (progress, null);
            if (isPlain && _time.GetElapsedTime(_lastPlain) >= PlainInterval)
            {
                _lastPlain = _time.GetTimestamp();
                Console.Error.WriteLine(Describe(progress));
            }
        }

        if (!isPlain)
        {
            _drawing ??= DrawAsync();
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
                var task = context.AddTask(Markup.Escape(Terminal.Clean(model)));
                while (!_ended.Task.IsCompleted)
                {
                    Update(task);
                    await Task.WhenAny(_ended.Task, Task.Delay(TimeSpan.FromMilliseconds(100), _time));
                }
            });
    }

    private void Update(ProgressTask task)
    {
        if (_progress is { } progress)
        {
            task.MaxValue = Math.Max(1, progress.BytesTotal);
            task.Value = progress.BytesDone;
            task.Description = Markup.Escape(_waiting ?? Describe(progress));
        }
    }

    private string Describe(PullProgressResponse progress)
        => $"{Terminal.Clean(model)}: {StatusPrinter.Size(progress.BytesDone)} of {StatusPrinter.Size(progress.BytesTotal)}"
            + (progress.BytesPerSecond is { } rate ? $", {StatusPrinter.Size((long)rate)}/s" : "")
            + (progress.RemainingMs is { } left and > 0 ? $", {Left(TimeSpan.FromMilliseconds(left))} left" : "");

    private static string Left(TimeSpan time)
        => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{Math.Ceiling(time.TotalSeconds)} s";
}
