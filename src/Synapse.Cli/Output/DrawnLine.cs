using Spectre.Console;

namespace Synapse.Cli.Output;

/// <summary>A line with a bar on the standard error stream that moves until it is disposed, and leaves nothing behind.</summary>
/// <param name="title">What stands in it at first.</param>
/// <param name="update">Brings the bar up to date; called ten times a second.</param>
internal sealed class DrawnLine(string title, Action<ProgressTask> update) : IAsyncDisposable
{
    private readonly TaskCompletionSource _ended = new();
    private Task? _drawing;

    /// <summary>Begins to draw, unless it has begun.</summary>
    public void Begin() => _drawing ??= DrawAsync();

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
                var task = context.AddTask(Markup.Escape(title));
                while (!_ended.Task.IsCompleted)
                {
                    update(task);
                    await Task.WhenAny(_ended.Task, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
                }
            });
    }
}
