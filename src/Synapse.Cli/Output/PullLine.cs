using System.Globalization;
using Spectre.Console;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Shows how far a pull is, on the standard error stream: a line that moves on a terminal, one line now and then elsewhere.</summary>
internal sealed class PullLine : IAsyncDisposable
{
    private readonly DrawnLine _line;
    private readonly string _model;
    private PullProgressResponse? _progress;
    private string? _waiting;

    /// <summary>A line.</summary>
    /// <param name="model">What is fetched.</param>
    /// <param name="isPlain">Whether lines cannot be redrawn.</param>
    public PullLine(string model, bool isPlain)
    {
        _model = Terminal.Clean(model);
        _line = new DrawnLine(_model, isPlain, Update);
    }

    /// <summary>Shows what has happened.</summary>
    public void Show(PullStreamEvent happened)
    {
        if (happened.Waiting is { } waiting)
        {
            _waiting = string.Create(CultureInfo.InvariantCulture, $"{Terminal.Clean(waiting.Reason)} Trying again in {waiting.RetryAfterMs / 1_000:0} s.");
            _line.Say($"{_model}: {_waiting}");
        }
        else if (happened.Progress is { } progress)
        {
            (_progress, _waiting) = (progress, null);
            _line.Show(() => Describe(progress));
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _line.DisposeAsync();

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
        => $"{_model}: {StatusPrinter.Size(progress.BytesDone)} of {StatusPrinter.Size(progress.BytesTotal)}"
            + (progress.BytesPerSecond is { } rate ? $", {StatusPrinter.Size((long)rate)}/s" : "")
            + (progress.RemainingMs is { } left and > 0 ? $", {Remaining.Describe(TimeSpan.FromMilliseconds(left))} left" : "");
}
