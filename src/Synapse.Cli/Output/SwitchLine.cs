using Spectre.Console;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Shows how far a switch is, on the standard error stream: a line that moves on a terminal, one line now and then elsewhere.</summary>
internal sealed class SwitchLine : IAsyncDisposable
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly DrawnLine _line;
    private readonly string _title;
    private readonly bool _isPlain;
    private long _lastPlain;
    private ModelSwitchResponse? _now;
    private string? _error;

    /// <summary>A line.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="isPlain">Whether lines cannot be redrawn.</param>
    public SwitchLine(string collection, bool isPlain)
    {
        (_title, _isPlain) = (Terminal.Clean(collection), isPlain);
        _lastPlain = _time.GetTimestamp();
        _line = new DrawnLine(_title, Update);
    }

    /// <summary>Shows where the switch stands.</summary>
    public void Show(ModelSwitchResponse now)
    {
        _now = now;
        if (!_isPlain)
        {
            _line.Begin();
        }
        else if (now.Error != _error || _time.GetElapsedTime(_lastPlain) >= PlainInterval)
        {
            _lastPlain = _time.GetTimestamp();
            Console.Error.WriteLine(Describe(now));
        }

        _error = now.Error;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _line.DisposeAsync();

    private void Update(ProgressTask task)
    {
        if (_now is { } now)
        {
            task.IsIndeterminate = now.State != "filling";
            task.MaxValue = Math.Max(1, now.Progress.ChunkCount);
            task.Value = now.Progress.ChunksDone;
            task.Description = Markup.Escape(Describe(now));
        }
    }

    private string Describe(ModelSwitchResponse now)
        => $"{_title}: {SwitchPrinter.Describe(now)}{(now.Error is { } error ? $". {Terminal.Clean(error)}" : "")}";
}
