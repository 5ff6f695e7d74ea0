using System.ComponentModel.DataAnnotations;
using Synapse.Errors;
using Synapse.LocalModels.Onnx.Batching;
using Synapse.LocalModels.Onnx.Folders;
using Synapse.LocalModels.Onnx.Weights;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Onnx.Running;

/// <summary>What sentence models and cross-encoders have in common: weights, tokenizer, longest input, and the queue once it is started.</summary>
internal sealed class LoadedModel : IAsyncDisposable
{
    // Measured with all-MiniLM-L6-v2's size: larger runs leave the caches of a core and cost more by token, smaller ones too.
    private const int ProcessorBatchTokens = 512;
    private const int CudaBatchTokens = 16_384;
    private const int MaxRunsAtOnce = 8;
    private const int LeastMaxTokens = 8;
    private const int ProcessorRunCostTokens = 16;
    private const int CudaRunCostTokens = 512;

    // What Hugging Face's encoders call the table that has a row for each token: BERT and those after it, ModernBERT, and models made of decoders.
    private static readonly string[] TokenTables = ["word_embeddings.weight", "tok_embeddings.weight", "embed_tokens.weight"];

    private readonly OnnxSession _session;
    private readonly OnnxModelOptions _options;
    private readonly bool _onCuda;
    private BatchQueue? _queue;

    private LoadedModel(OnnxSession session, TextTokenizer tokenizer, OnnxModelOptions options, bool onCuda, int runsAtOnce)
        => (_session, Tokenizer, _options, _onCuda, RunsAtOnce) = (session, tokenizer, options, onCuda, runsAtOnce);

    public OnnxSession Session => _session;

    public TextTokenizer Tokenizer { get; }

    public required EncoderConfiguration Encoder { get; init; }

    /// <summary>Longest input.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>SHA-256 of the weights.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Bytes of the weights.</summary>
    public required long Bytes { get; init; }

    public string Name => _session.Name;

    public bool OnCuda => _onCuda;

    /// <summary>Runs at the same time, each on a thread of its own.</summary>
    public int RunsAtOnce { get; }

    public RuntimeUse RuntimeUse => new(_session.RunTime, RunsAtOnce);

    public BatchQueue Queue => _queue ?? throw new InvalidOperationException("The queue has not been started.");

    /// <summary>Loads weights and tokenizer.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How.</param>
    /// <param name="statedMaxTokens">Longest input as the files of sentence-transformers say; null when they do not.</param>
    public static LoadedModel Load(ModelFolder folder, OnnxModelOptions options, int? statedMaxTokens)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        var weights = folder.FindWeights(options.Weights);
        var file = OnnxFile.Read(folder.FullPath(weights), weights);
        var encoder = EncoderConfiguration.Read(folder);
        var tokenizer = TextTokenizer.Load(folder.Path);
        CheckRows(file, weights, tokenizer);
        var maxTokens = Least(options.MaxTokens, statedMaxTokens, tokenizer.MaxLength, encoder.Positions, PositionsOf(file, encoder));
        if (maxTokens < LeastMaxTokens)
        {
            throw new ModelFormatException(weights, $"it reads {maxTokens} tokens, which leaves no room for a text");
        }

        var hash = file.Sha256();
        // One thread for each run and a run for each core: two runs beside each other do more than one run on two cores, where small steps wait for each other.
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var runsAtOnce = Math.Min(threads, MaxRunsAtOnce);
        var name = options.Name ?? folder.Name;
        var (session, onCuda) = OnnxRuntimeHost.Open(folder.FullPath(weights), weights, options.Device, threads / runsAtOnce);
        return new LoadedModel(new OnnxSession(session, name, weights), tokenizer, options, onCuda, onCuda ? 1 : runsAtOnce)
        {
            Encoder = encoder,
            MaxTokens = maxTokens,
            Sha256 = hash,
            Bytes = file.Bytes,
        };
    }

    /// <summary>Tries the graph on one text, and then opens the queue.</summary>
    /// <exception cref="ModelFormatException">The graph does not run.</exception>
    public void Start(GraphOutput output, Func<GraphRunner, IBatchRunner> runner)
    {
        var runners = new List<IBatchRunner>();
        try
        {
            for (var i = 0; i < RunsAtOnce; i++)
            {
                runners.Add(runner(new GraphRunner(_session, output, Tokenizer.PadId)));
                Try(runners[i]);
            }
        }
        catch (ModelFailedException error)
        {
            runners.ForEach(static made => made.Dispose());
            throw new ModelFormatException(_session.File, $"it does not run: {(error.InnerException ?? error).Message.Split('\n')[0]}", error);
        }

        _queue = new BatchQueue(Name, runners, Limits());
    }

    /// <summary>Runs inputs through the queue.</summary>
    /// <param name="inputs">How many.</param>
    /// <param name="destination">Receives the results.</param>
    /// <param name="encode">Gives the tokens of one; called on the thread of the caller.</param>
    /// <param name="skipped">Leading tokens that are not pooled.</param>
    /// <param name="cancellationToken">Takes what waits out of the queue.</param>
    /// <exception cref="TooManyTokensException">There are more tokens than a call may have.</exception>
    public async ValueTask<TokenUsage> RunAsync(int inputs, Memory<float> destination, Func<int, TokenizedText> encode, int skipped, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var queue = Queue;
        var call = queue.Begin(inputs, destination);
        await using var cancellation = cancellationToken.UnsafeRegister(static (state, token) =>
        {
            var (queue, call) = ((BatchQueue, BatchCall))state!;
            call.Cancel(token);
            queue.Withdraw(call);
        }, (queue, call));
        try
        {
            var (tokens, truncated) = (0L, 0);
            var texts = Enumerable.Range(0, inputs).TakeWhile(_ => !call.HasEnded).Select(encode);
            foreach (var (index, text) in (_options.MaxCallTokens is { } most ? AtMost(most, texts) : texts).Index())
            {
                tokens += text.Ids.Length;
                truncated += text.IsTruncated ? 1 : 0;
                await queue.AddAsync(call, index, text, skipped);
            }

            await call.Completion;
            return new TokenUsage(tokens, truncated);
        }
        catch (Exception error) when (!call.HasEnded)
        {
            // The tokenizer failed, or there are too many tokens: nobody waits for the inputs before it any more.
            call.Fail(error);
            queue.Withdraw(call);
            throw;
        }
    }

    /// <summary>Frees a model whose queue has not been started.</summary>
    public void Discard() => _session.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (_queue is not null)
        {
            await _queue.DisposeAsync();
        }

        _session.Dispose();
    }

    /// <summary>All texts, tokenised before the first is queued, and no more of them than shows that there are too many.</summary>
    private List<TokenizedText> AtMost(int most, IEnumerable<TokenizedText> texts)
    {
        var (all, tokens) = (new List<TokenizedText>(), 0L);
        foreach (var text in texts)
        {
            all.Add(text);
            tokens += text.Ids.Length;
            if (tokens > most)
            {
                throw new TooManyTokensException(Name, most);
            }
        }

        return all;
    }

    private void Try(IBatchRunner runner)
    {
        var result = new float[runner.Width];
        var text = Tokenizer.Encode("warm up", MaxTokens);
        runner.Run([new WaitingInput(new BatchCall(1, runner.Width, result), 0, text, 0)], result);
        if (!Array.TrueForAll(result, float.IsFinite))
        {
            throw new ModelFormatException(_session.File, "its output is not a number");
        }
    }

    private BatchLimits Limits() => new(
        _options.MaxBatchTokens ?? (_onCuda ? CudaBatchTokens : ProcessorBatchTokens),
        _onCuda ? CudaRunCostTokens : ProcessorRunCostTokens,
        _options.MaxWaitingTokens,
        _options.MaxWaitingInputs);

    private static int Least(params int?[] limits) => limits.Min() ?? 512;

    /// <summary>A token without a row would fail the first text that has it, perhaps long after the start.</summary>
    private static void CheckRows(OnnxFile file, string weights, TextTokenizer tokenizer)
    {
        // The longest counts: copies in other forms, such as scales by row or a transposed one, may stand beside it.
        var table = file.Shapes.Where(static tensor => tensor.Value.Length == 2 && TokenTables.Any(part => tensor.Key.Contains(part, StringComparison.Ordinal))).OrderByDescending(static tensor => tensor.Value[0]).FirstOrDefault();
        if (table.Key is not null && table.Value[0] < tokenizer.IdLimit)
        {
            throw new ModelFormatException(weights, $"its table '{table.Key}' has rows for {table.Value[0]} tokens, and the tokenizer of the folder has ids for {tokenizer.IdLimit}; they do not belong together");
        }
    }

    /// <summary>Rows of the table of positions, where the weights have one of that name.</summary>
    private static int? PositionsOf(OnnxFile file, EncoderConfiguration encoder)
        => file.Shapes.Where(static tensor => tensor.Key.Contains("position_embeddings", StringComparison.Ordinal) && tensor.Value.Length == 2)
            .Select(tensor => (int?)Math.Max(1, Math.Min(tensor.Value[0], int.MaxValue) - encoder.PositionsBeforeFirst)).Min();
}
