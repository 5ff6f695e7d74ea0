using Synapse.Library;

namespace Synapse.EmbeddingServer.Hosting;

/// <summary>A setting, as the help shows it.</summary>
/// <param name="Variable">Name in the environment.</param>
/// <param name="Option">Name on the command line; null where it can only stand in the environment.</param>
/// <param name="Value">What stands for its value in the help.</param>
/// <param name="Meaning">What it does, and what holds without it.</param>
internal sealed record ServiceSetting(string Variable, string? Option, string Value, string Meaning)
{
    public const string OwnPrefix = "SYNAPSE_EMBEDDING_";

    public const string Models = "MODEL_NAME";
    public const string ModelsFolder = "MODELS_FOLDER";
    public const string DataFolder = UserDataFolder.Variable;
    public const string Device = "DEVICE";
    public const string BatchSize = "BATCH_SIZE";
    public const string Host = "HOST";
    public const string Port = "PORT";
    public const string Key = "API_KEY";
    public const string KeyFile = "API_KEY_FILE";
    public const string AllowedHosts = OwnPrefix + "ALLOWED_HOSTS";
    public const string LogLevel = OwnPrefix + "LOG_LEVEL";
    public const string Threads = OwnPrefix + "THREADS";
    public const string Weights = OwnPrefix + "WEIGHTS";
    public const string BatchTokens = OwnPrefix + "BATCH_TOKENS";
    public const string QueryPrefix = OwnPrefix + "QUERY_PREFIX";
    public const string PassagePrefix = OwnPrefix + "PASSAGE_PREFIX";
    public const string MaxInputs = OwnPrefix + "MAX_INPUTS";
    public const string MaxRequestTokens = OwnPrefix + "MAX_REQUEST_TOKENS";
    public const string MaxBodyBytes = OwnPrefix + "MAX_BODY_BYTES";
    public const string MaxWaitingInputs = OwnPrefix + "MAX_WAITING_INPUTS";
    public const string MaxWaitingTokens = OwnPrefix + "MAX_WAITING_TOKENS";

    /// <summary>All settings, in the order of the help.</summary>
    public static IReadOnlyList<ServiceSetting> All { get; } =
    [
        new(Models, "--model", "MODEL[,...]", "Models to load, separated by commas: names under which 'synapse models' keeps them, paths of folders, or folders below MODELS_FOLDER. Rerankers are recognised by their config.json. Needed."),
        new(ModelsFolder, "--models-folder", "FOLDER", "Where models are looked for by name. Default: where 'synapse models' puts them, the folder 'models' of the data folder of Synapse."),
        new(DataFolder, null, "FOLDER", "The data folder of Synapse. Default: 'synapse' in the user's application data."),
        new(Device, "--device", "auto|cpu|cuda", "What models run on. Default: auto, which is CUDA where it starts, else the processor."),
        new(Host, "--host", "ADDRESS", "IP address to listen on; 0.0.0.0 or * for all. Others than loopback need a key. Default: localhost."),
        new(Port, "--port", "PORT", "Port; 0 for any free one. Default: 8081."),
        new(Key, null, "KEY", "Key that callers send as 'Authorization: Bearer KEY'. Default: none."),
        new(KeyFile, null, "FILE", "File that holds the key."),
        new(BatchSize, null, "INPUTS", "Inputs of the model's full length that fit into one run; of shorter ones more fit. Default: what suits the device."),
        new(BatchTokens, null, "TOKENS", "The same in tokens, padding included. Default: 512 on the processor, 16384 on CUDA."),
        new(Threads, null, "THREADS", "Processor threads of each model. Default: as many as there are processors."),
        new(Weights, null, "FILE", "File name of the weights, such as model_quantized.onnx. Default: those that were fetched first, else model.onnx."),
        new(QueryPrefix, null, "TEXT", "Text before each input of the input_type query. Default: the model's own prompt, if it has one."),
        new(PassagePrefix, null, "TEXT", "Text before each input of the input_type passage. Default: the model's own prompt, if it has one."),
        new(MaxInputs, null, "INPUTS", "Most inputs of a request. Default: 2048."),
        new(MaxRequestTokens, null, "TOKENS", "Most tokens of a request. Default: 300000."),
        new(MaxBodyBytes, null, "BYTES", "Most bytes of a request's body. Default: 16777216."),
        new(MaxWaitingInputs, null, "INPUTS", "Waiting inputs of a model from which on requests are refused with 429. Default: 4096."),
        new(MaxWaitingTokens, null, "TOKENS", "Waiting tokens of a model from which on requests are refused with 429. Default: 262144."),
        new(AllowedHosts, null, "NAME[,...]", "Host names to answer for besides those of loopback. Default: none; any where HOST is not loopback."),
        new(LogLevel, null, "LEVEL", "Least level that is logged: Information, Warning (failed requests), Error, or None. Default: Information."),
    ];
}
