using System.Globalization;
using Spectre.Console;
using Synapse.Storage.Copying;

namespace Synapse.Cli.Output;

/// <summary>Shows how far a copy is, on the standard error stream: a line that moves on a terminal, one line now and then elsewhere.</summary>
internal sealed class CopyLine : IAsyncDisposable
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly DrawnLine _line;
    private readonly bool _isPlain;
    private long _lastPlain = TimeProvider.System.GetTimestamp();
    private CopyProgress? _progress;

    /// <summary>A line.</summary>
    /// <param name="isPlain">Whether lines cannot be redrawn.</param>
    public CopyLine(bool isPlain)
    {
        _isPlain = isPlain;
        _line = new DrawnLine("Copying", Update);
    }

    /// <summary>Shows what was done.</summary>
    public void Show(CopyProgress progress)
    {
        var begins = _progress?.Phase != progress.Phase;
        _progress = progress;
        if (!_isPlain)
        {
            _line.Begin();
        }
        else if (begins || _time.GetElapsedTime(_lastPlain) >= PlainInterval)
        {
            _lastPlain = _time.GetTimestamp();
            Console.Error.WriteLine(Describe(progress));
        }
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
        => string.Create(CultureInfo.InvariantCulture, $"{(progress.Phase == CopyPhase.Copying ? "Copying" : "Comparing")}: {progress.DocumentsDone:N0} of {progress.DocumentsTotal:N0} documents")
            + (progress.Remaining is { } left && left > TimeSpan.Zero ? $", {Remaining.Describe(left)} left" : "");
}
