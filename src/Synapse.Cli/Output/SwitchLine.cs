using Spectre.Console;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Shows how far a switch is, on the standard error stream: a line that moves on a terminal, one line now and then elsewhere.</summary>
internal sealed class SwitchLine : IAsyncDisposable
{
    private readonly DrawnLine _line;
    private readonly string _title;
    private ModelSwitchResponse? _now;

    /// <summary>A line.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="isPlain">Whether lines cannot be redrawn.</param>
    public SwitchLine(string collection, bool isPlain)
    {
        _title = Terminal.Clean(collection);
        _line = new DrawnLine(_title, isPlain, Update);
    }

    /// <summary>Shows where the switch stands.</summary>
    public void Show(ModelSwitchResponse now)
    {
        var hindrance = _now?.Error;
        _now = now;
        _line.Show(() => Describe(now), isNews: now.Error != hindrance);
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
