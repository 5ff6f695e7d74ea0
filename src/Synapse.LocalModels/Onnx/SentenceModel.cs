using Synapse.Embedding;
using Synapse.Errors;
using Synapse.LocalModels.Onnx.Folders;
using Synapse.LocalModels.Onnx.Running;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Onnx;

/// <summary>A sentence-transformers model in ONNX, in this process. Safe to call from several threads at once; their texts share runs.</summary>
public sealed class SentenceModel : IAsyncDisposable
{
    private readonly LoadedModel _model;
    private readonly SentenceConfiguration _configuration;
    private readonly Dictionary<TextSide, (string Prefix, int Skipped)> _prefixes;

    private SentenceModel(LoadedModel model, SentenceConfiguration configuration, ModelFolder folder, SentenceModelOptions options)
    {
        _model = model;
        _configuration = configuration;
        var output = GraphOutput.FindEmbedding(model.Session.File, model.Session.Outputs, configuration.PooledWidth, finished: configuration.Transform is not null);
        var full = Width(output, configuration);
        Dimensions = options.Dimensions ?? full;
        if (Dimensions < 1 || Dimensions > full)
        {
            throw new ArgumentOutOfRangeException(nameof(options), Dimensions, $"The model '{model.Name}' has {full} dimensions; it cannot give {Dimensions}.");
        }

        IsNormalized = options.Normalize ?? configuration.Normalize;
        _prefixes = new()
        {
            [TextSide.Plain] = Prefix(configuration.DefaultPrompt is { } name ? configuration.Prompts[name] : ""),
            [TextSide.Query] = Prefix(options.QueryPrefix ?? Prompt("query")),
            [TextSide.Passage] = Prefix(options.PassagePrefix ?? Prompt("document", "passage", "corpus")),
        };
        Space = new EmbeddingSpace(Fingerprint(output, folder, full), Dimensions, _prefixes[TextSide.Query].Prefix, _prefixes[TextSide.Passage].Prefix);
        model.Start(output, graph => new EmbeddingRunner(graph, output, configuration.Pooling, Dimensions, IsNormalized));
    }

    /// <summary>What the model is called.</summary>
    public string Name => _model.Name;

    /// <summary>Numbers per embedding.</summary>
    public int Dimensions { get; }

    /// <summary>Tokens that it reads of a text, special tokens and prefix included; longer texts are cut.</summary>
    public int MaxTokens => _model.MaxTokens;

    /// <summary>Bytes of its weights.</summary>
    public long ParameterBytes => _model.Bytes;

    /// <summary>SHA-256 of its weights in hexadecimal: of the model file, followed by its external files in the order of their names.</summary>
    public string WeightsSha256 => _model.Sha256;

    /// <summary>Whether embeddings have unit length.</summary>
    public bool IsNormalized { get; }

    /// <summary>Whether it runs on a CUDA device.</summary>
    public bool RunsOnCuda => _model.OnCuda;

    /// <summary>What waits for it.</summary>
    public QueueLength Waiting => _model.Queue.Waiting;

    /// <summary>How embeddings are meant to be compared, as the model says: cosine, dot, euclidean or manhattan; null when it does not say.</summary>
    public string? Similarity => _configuration.Similarity;

    /// <summary>The space of its embeddings. Other weights, another tokenizer, pooling, length or prefix make another space.</summary>
    public EmbeddingSpace Space { get; }

    /// <summary>Time inside ONNX Runtime so far, and the threads that share it.</summary>
    public RuntimeUse RuntimeUse => _model.RuntimeUse;

    /// <summary>Loads a model and tries it on one text.</summary>
    /// <param name="folder">A folder as sentence-transformers publishes it, with its <c>onnx</c> folder.</param>
    /// <param name="options">How; null takes the defaults.</param>
    /// <exception cref="ModelFormatException">A file is missing, damaged or not supported; the message names it.</exception>
    /// <exception cref="ModelRuntimeException">This machine cannot run it as asked.</exception>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of its range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options ask for more dimensions than the model has.</exception>
    public static SentenceModel Load(string folder, SentenceModelOptions? options = null)
    {
        options ??= new SentenceModelOptions();
        var files = ModelFolder.Open(folder);
        var configuration = SentenceConfiguration.Read(files);
        var model = LoadedModel.Load(files, options, configuration.MaxTokens);
        try
        {
            return new SentenceModel(model, configuration, files, options);
        }
        catch
        {
            model.Discard();
            throw;
        }
    }

    /// <summary>Embeds texts.</summary>
    /// <param name="texts">The texts, in order.</param>
    /// <param name="side">What they are to retrieval.</param>
    /// <param name="destination">Receives the embeddings one after the other; its length is the number of texts times <see cref="Dimensions"/>. Once the call has ended, nothing is written any more.</param>
    /// <param name="cancellationToken">Takes what waits out of the queue.</param>
    /// <returns>The tokens that the model read.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length.</exception>
    /// <exception cref="ModelBusyException">Too much waits already.</exception>
    /// <exception cref="TooManyTokensException">The texts have more tokens than <see cref="OnnxModelOptions.MaxCallTokens"/>.</exception>
    /// <exception cref="ModelFailedException">The model failed on a text.</exception>
    public async ValueTask<TokenUsage> EmbedAsync(IReadOnlyList<ReadOnlyMemory<char>> texts, TextSide side, Memory<float> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (destination.Length != texts.Count * Dimensions)
        {
            throw new ArgumentException($"{texts.Count} texts need room for {texts.Count * Dimensions} numbers, not {destination.Length}.", nameof(destination));
        }

        var (prefix, skipped) = _prefixes[side];
        return await _model.RunAsync(texts.Count, destination, index => Encode(prefix, texts[index]), skipped, cancellationToken);
    }

    /// <summary>Ends the model: what waits fails, what runs is waited for.</summary>
    public ValueTask DisposeAsync() => _model.DisposeAsync();

    private TokenizedText Encode(string prefix, ReadOnlyMemory<char> text)
    {
        if (prefix.Length == 0 && !_configuration.LowerCase)
        {
            return _model.Tokenizer.Encode(text.Span, MaxTokens);
        }

        var whole = string.Concat(prefix, text.Span);
        return _model.Tokenizer.Encode(_configuration.LowerCase ? whole.ToLowerInvariant() : whole, MaxTokens);
    }

    private string Prompt(params string[] names) => names.Select(name => _configuration.Prompts.GetValueOrDefault(name, "")).FirstOrDefault(static prompt => prompt.Length > 0) ?? "";

    /// <summary>A prefix, and its tokens to leave out of pooling: all but the special token that ends every text.</summary>
    private (string Prefix, int Skipped) Prefix(string prefix)
    {
        if (prefix.Length == 0 || _configuration.IncludePrompt)
        {
            return (prefix, 0);
        }

        var empty = _model.Tokenizer.Encode("", MaxTokens).Ids;
        var tokens = Encode(prefix, default).Ids;
        var ends = empty.Length > 0 && tokens.Length > 0 && empty[^1] == tokens[^1];
        return (prefix, tokens.Length - (ends ? 1 : 0));
    }

    private int Width(GraphOutput output, SentenceConfiguration configuration)
    {
        if (output.PerToken && configuration.PooledWidth is { } stated && stated != output.Width)
        {
            throw new ModelFormatException(_model.Session.File, $"its token states have {output.Width} dimensions, and the pooling expects {stated}");
        }

        return output.PerToken ? output.Width * configuration.Pooling.Count : output.Width;
    }

    private string Fingerprint(GraphOutput output, ModelFolder folder, int full)
    {
        var pooling = output.PerToken ? string.Join('+', _configuration.Pooling) + (_configuration.IncludePrompt ? "" : "-without-prefix") : "finished";
        return $"{Name};sha256={WeightsSha256};tokenizer={folder.TokenizerDigest()};pooling={pooling};dimensions={Dimensions}/{full};normalized={IsNormalized};tokens={MaxTokens}";
    }
}
