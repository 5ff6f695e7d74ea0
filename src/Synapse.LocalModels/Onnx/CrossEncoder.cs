using Synapse.Errors;
using Synapse.LocalModels.Onnx.Folders;
using Synapse.LocalModels.Onnx.Running;

namespace Synapse.LocalModels.Onnx;

/// <summary>A cross-encoder in ONNX, in this process: it reads a query and a passage together and says how well they fit. Safe to call from several threads at once.</summary>
public sealed class CrossEncoder : IAsyncDisposable
{
    private readonly LoadedModel _model;

    private CrossEncoder(LoadedModel model, CrossEncoderOptions options)
    {
        _model = model;
        var output = GraphOutput.FindScore(model.Session.File, model.Session.Outputs);
        if (output.Width != 1 || model.Encoder.Labels is > 1)
        {
            throw new ModelFormatException(model.Session.File, $"it gives {Math.Max(output.Width, model.Encoder.Labels ?? 1)} numbers for a pair; only cross-encoders with one score are supported");
        }

        UsesSigmoid = UseSigmoid(options.Activation, model.Encoder.Activation);
        model.Start(output, graph => new ScoreRunner(graph, UsesSigmoid));
    }

    /// <summary>What the model is called.</summary>
    public string Name => _model.Name;

    /// <summary>Tokens that it reads of a pair, special tokens included; the longer text of longer pairs is cut first.</summary>
    public int MaxTokens => _model.MaxTokens;

    /// <summary>Bytes of its weights.</summary>
    public long ParameterBytes => _model.Bytes;

    /// <summary>SHA-256 of its weights in hexadecimal: of the model file, followed by its external files in the order of their names.</summary>
    public string WeightsSha256 => _model.Sha256;

    /// <summary>Whether it runs on a CUDA device.</summary>
    public bool RunsOnCuda => _model.OnCuda;

    /// <summary>What waits for it.</summary>
    public QueueLength Waiting => _model.Queue.Waiting;

    /// <summary>Whether scores lie between 0 and 1.</summary>
    public bool UsesSigmoid { get; }

    /// <summary>Time inside ONNX Runtime so far, and the threads that share it.</summary>
    public RuntimeUse RuntimeUse => _model.RuntimeUse;

    /// <summary>Loads a model and tries it on one text.</summary>
    /// <param name="folder">A folder as sentence-transformers publishes it, with its <c>onnx</c> folder.</param>
    /// <param name="options">How; null takes the defaults.</param>
    /// <exception cref="ModelFormatException">A file is missing, damaged or not supported; the message names it.</exception>
    /// <exception cref="ModelRuntimeException">This machine cannot run it as asked.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range.</exception>
    public static CrossEncoder Load(string folder, CrossEncoderOptions? options = null)
    {
        options ??= new CrossEncoderOptions();
        var model = LoadedModel.Load(ModelFolder.Open(folder), options, statedMaxTokens: null);
        try
        {
            return new CrossEncoder(model, options);
        }
        catch
        {
            model.Discard();
            throw;
        }
    }

    /// <summary>Scores passages.</summary>
    /// <param name="query">The query.</param>
    /// <param name="passages">The passages.</param>
    /// <param name="cancellationToken">Takes what waits out of the queue.</param>
    /// <returns>The scores, and the tokens that the model read for them.</returns>
    /// <exception cref="ModelBusyException">Too much waits already.</exception>
    /// <exception cref="TooManyTokensException">The pairs have more tokens than <see cref="OnnxModelOptions.MaxCallTokens"/>.</exception>
    /// <exception cref="ModelFailedException">The model failed on a pair.</exception>
    public async ValueTask<PassageScores> ScoreAsync(string query, IReadOnlyList<ReadOnlyMemory<char>> passages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(passages);
        var scores = new float[passages.Count];
        var usage = await _model.RunAsync(passages.Count, scores, index => _model.Tokenizer.EncodePair(query, passages[index].Span, MaxTokens), 0, cancellationToken);
        return new(scores, usage);
    }

    /// <summary>Ends the model: what waits fails, what runs is waited for.</summary>
    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private static bool UseSigmoid(ScoreActivation chosen, string? configured) => chosen switch
    {
        ScoreActivation.Logit => false,
        ScoreActivation.Sigmoid => true,
        _ => configured?.Split('.')[^1] switch
        {
            null or "Sigmoid" => true,
            "Identity" => false,
            var other => throw new ModelFormatException("config.json", $"the activation '{other}' is not supported; choose the logit or the sigmoid"),
        },
    };
}
