using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Synapse.Web.Hosting;

/// <summary>The functions of synapse.js that components call. One per circuit; does nothing once the browser is gone.</summary>
internal sealed class PageScript(IJSRuntime runtime) : IAsyncDisposable
{
    private Task<IJSObjectReference>? _module;

    /// <summary>Address of the script; the same for the page and for the circuit, so that both get the same module.</summary>
    public static string Address { get; } = WebAsset.Address("synapse.js");

    /// <summary>Tells the page that the circuit has taken it over.</summary>
    public async Task MarkLiveAsync() => await CallAsync<bool>("markLive");

    /// <summary>Takes over the box after the circuit replaced it: returns what was typed before, or null, and keeps the focus.</summary>
    public async Task<string?> AdoptBoxAsync(ElementReference box)
        => await CallAsync<string?>("adoptBox", box);

    /// <summary>Scrolls the first element that a selector finds inside of another into the middle of its view.</summary>
    /// <param name="container">Where to look.</param>
    /// <param name="selector">What to look for.</param>
    /// <param name="focus">Whether to move the focus to the container.</param>
    public async Task RevealAsync(ElementReference container, string selector, bool focus)
        => await CallAsync<bool>("reveal", container, selector, focus);

    /// <summary>Line number in the address after <c>#L</c>, or null.</summary>
    public async Task<int?> ReadLineOfAddressAsync() => await CallAsync<int?>("lineOfAddress");

    /// <summary>Opens a dialog element as a modal one.</summary>
    public async Task ShowDialogAsync(ElementReference dialog) => await CallAsync<bool>("showDialog", dialog);

    /// <summary>Closes a dialog element.</summary>
    public async Task CloseDialogAsync(ElementReference dialog) => await CallAsync<bool>("closeDialog", dialog);

    /// <summary>Moves the focus to what takes it in a place of the page, innermost first.</summary>
    /// <param name="place">An element that is marked to keep the focus.</param>
    /// <param name="always">Whether to move it in any case; else only when it was there last and is nowhere now.</param>
    public async Task KeepFocusAsync(ElementReference place, bool always) => await CallAsync<bool>("keepFocus", place, always);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_module is { IsCompletedSuccessfully: true } loaded)
        {
            try
            {
                await (await loaded).DisposeAsync();
            }
            catch (JSDisconnectedException)
            {
                // The browser took the module with it.
            }
        }
    }

    private async Task<T?> CallAsync<T>(string function, params object?[] arguments)
    {
        try
        {
            var module = await (_module ??= runtime.InvokeAsync<IJSObjectReference>("import", Address).AsTask());
            return await module.InvokeAsync<T>(function, arguments);
        }
        catch (JSDisconnectedException)
        {
            return default;
        }
    }
}
