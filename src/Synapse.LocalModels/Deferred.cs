using Synapse.Errors;

namespace Synapse.LocalModels;

/// <summary>A model that is loaded once, when it is first needed.</summary>
internal sealed class Deferred<TModel>(Func<TModel> load) : IAsyncDisposable
    where TModel : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<TModel>? _loading;

    /// <summary>The model, once it is loaded.</summary>
    /// <param name="cancellationToken">Stops the wait; the model is loaded all the same, for the next.</param>
    public Task<TModel> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _loading ??= Task.Run(load, CancellationToken.None);
            return _loading.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task<TModel>? loading;
        lock (_gate)
        {
            loading = _loading;
        }

        if (loading is null)
        {
            return;
        }

        try
        {
            await (await loading).DisposeAsync();
        }
        catch (SynapseException)
        {
            // It could not be loaded, which was told to whoever needed it.
        }
    }
}
