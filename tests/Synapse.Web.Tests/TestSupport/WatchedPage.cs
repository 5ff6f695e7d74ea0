using Microsoft.Playwright;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>A browser page that remembers console errors, script faults, policy violations and every address that was asked for.</summary>
internal sealed class WatchedPage : IAsyncDisposable
{
    private readonly List<string> _troubles = [];
    private readonly List<string> _requests = [];

    public WatchedPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            // Policy violations arrive here too.
            if (message.Type is "error" or "warning")
            {
                _troubles.Add($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _troubles.Add($"fault: {error}");
        page.Dialog += (_, dialog) =>
        {
            _troubles.Add($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        page.Request += (_, request) => _requests.Add(request.Url);
        page.WebSocket += (_, socket) => _requests.Add(socket.Url);
    }

    public IPage Page { get; }

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyList<string> Troubles => _troubles;

    /// <summary>Goes to an address and waits until the circuit has taken the page over.</summary>
    public async Task GoAsync(string address)
    {
        await Page.GotoAsync(address);
        await Page.WaitForFunctionAsync("() => document.documentElement.dataset.live === 'true'");
    }

    /// <summary>Fails when anything went wrong on the page, or when it asked any other host for anything.</summary>
    public void AssertClean(string origin)
    {
        Assert.Empty(_troubles);
        var host = new Uri(origin).Authority;
        Assert.NotEmpty(_requests);
        Assert.All(_requests, request => Assert.Equal(host, new Uri(request).Authority));
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
