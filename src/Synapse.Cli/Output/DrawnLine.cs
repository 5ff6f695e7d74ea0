using Spectre.Console;

namespace Synapse.Cli.Output;

/// <summary>Shows how far something is, on the standard error stream: a line with a bar that moves until it is disposed, and leaves nothing behind; where lines cannot be redrawn, a line now and then.</summary>
/// <param name="title">What stands in it at first.</param>
/// <param name="isPlain">Whether lines cannot be redrawn.</param>
/// <param name="update">Brings the bar up to date; called ten times a second.</param>
internal sealed class DrawnLine(string title, bool isPlain, Action<ProgressTask> update) : IAsyncDisposable
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _ended = new();
    private long _lastPlain = TimeProvider.System.GetTimestamp();
    private Task? _drawing;

    /// <summary>Shows how far it is.</summary>
    /// <param name="describe">What a plain line says.</param>
    /// <param name="isNews">Whether it is said at once.</param>
    public void Show(Func<string> describe, bool isNews = false)
    {
        if (!isPlain)
        {
            _drawing ??= DrawAsync();
        }
        else if (isNews || TimeProvider.System.GetElapsedTime(_lastPlain) >= PlainInterval)
        {
            _lastPlain = TimeProvider.System.GetTimestamp();
            Console.Error.WriteLine(describe());
        }
    }

    /// <summary>Says something beside how far it is, at once; the bar says it as it is updated.</summary>
    public void Say(string text)
    {
        if (isPlain)
        {
            Console.Error.WriteLine(text);
        }
        else
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
                var task = context.AddTask(Markup.Escape(title));
                while (!_ended.Task.IsCompleted)
                {
                    update(task);
                    await Task.WhenAny(_ended.Task, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
                }
            });
    }
}
