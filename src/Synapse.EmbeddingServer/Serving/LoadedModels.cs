using Synapse.EmbeddingServer.Wire;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>The models that are loaded. Disposes them.</summary>
internal sealed class LoadedModels : IAsyncDisposable
{
    private static readonly TimeSpan LoadingRetryAfter = TimeSpan.FromSeconds(2);
    private readonly List<ServedModel> _loading = [];
    private volatile ServedModel[]? _ready;

    /// <summary>Whether all are loaded.</summary>
    public bool AreReady => _ready is not null;

    /// <summary>All of them, in the order of the settings.</summary>
    /// <exception cref="RequestException">They are still being loaded.</exception>
    public IReadOnlyList<ServedModel> All => _ready ?? throw new RequestException(
        StatusCodes.Status503ServiceUnavailable, "model_loading", "The models are still loading. Ask again in a moment.", retryAfter: LoadingRetryAfter);

    /// <summary>Refuses a request before its body is read.</summary>
    /// <exception cref="RequestException">The models are still being loaded.</exception>
    public void RefuseWhileLoading() => _ = All;

    /// <summary>Takes a model that was loaded.</summary>
    public void Add(ServedModel model)
    {
        lock (_loading)
        {
            _loading.Add(model);
        }
    }

    /// <summary>All models were added.</summary>
    public void Complete()
    {
        lock (_loading)
        {
            _ready = [.. _loading];
        }
    }

    /// <summary>Finds a model by name.</summary>
    /// <exception cref="RequestException">There is none, or they are still being loaded.</exception>
    public ServedModel Find(string name) => All.FirstOrDefault(model => model.Name == name) ?? throw new RequestException(
        StatusCodes.Status404NotFound, "model_not_found", $"There is no model of that name. Loaded are {Names(All)}.", "model");

    /// <summary>Finds the model that a request means.</summary>
    /// <param name="name">Its name; null for the only one that does this.</param>
    /// <param name="does">What it has to do, as a verb.</param>
    /// <exception cref="RequestException">There is none, or it does something else, or they are still being loaded.</exception>
    public T Find<T>(string? name, string does)
        where T : ServedModel
    {
        T[] fitting = [.. All.OfType<T>()];
        if (fitting.Length == 0)
        {
            throw new RequestException(StatusCodes.Status404NotFound, "model_not_found", $"No model that can {does} is loaded; MODEL_NAME names the models.", "model");
        }

        if (name is null)
        {
            return fitting.Length == 1 ? fitting[0] : throw RequestException.Invalid("model", $"Name a model: {Names(fitting)}.");
        }

        return Find(name) as T ?? throw RequestException.Invalid("model", $"That model cannot {does}. Models that can: {Names(fitting)}.");
    }

    public async ValueTask DisposeAsync()
    {
        ServedModel[] models;
        lock (_loading)
        {
            models = [.. _loading];
        }

        foreach (var model in models)
        {
            await model.DisposeAsync();
        }
    }

    private static string Names(IEnumerable<ServedModel> models) => string.Join(", ", models.Select(static model => $"'{model.Name}'"));
}
