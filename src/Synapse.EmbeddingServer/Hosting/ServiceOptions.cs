using System.Net;
using Synapse.EmbeddingServer.Security;
using Synapse.EmbeddingServer.Serving;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Hosting;

/// <summary>How the service runs.</summary>
internal sealed record ServiceOptions
{
    /// <summary>Port when none is named.</summary>
    public const int DefaultPort = 8_081;

    /// <summary>Most tokens that a run may be allowed to hold.</summary>
    public const int MostBatchTokens = 1_048_576;

    /// <summary>The models to load, in order; at least one.</summary>
    public IReadOnlyList<ModelSource> Models { get; init; } = [];

    /// <summary>Address to listen on; null for the loopback addresses.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Port; 0 for any free one.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => Address is null || IPAddress.IsLoopback(Address);

    /// <summary>The key that callers have to bring; null for none.</summary>
    public ServiceKey? Key { get; init; }

    /// <summary>Host names that it answers for besides those of loopback; none means any where it listens on more than loopback.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>What models run on.</summary>
    public OnnxDevice Device { get; init; } = OnnxDevice.Auto;

    /// <summary>Processor threads of each model; 0 for as many as there are processors.</summary>
    public int Threads { get; init; }

    /// <summary>File name of the weights; null for <c>model.onnx</c>.</summary>
    public string? Weights { get; init; }

    /// <summary>Inputs of full length that fit into a run; null for what suits the device.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Tokens of a run, padding included; null for what suits the device.</summary>
    public int? BatchTokens { get; init; }

    /// <summary>Text before each input of the type <c>query</c>; null for the model's own.</summary>
    public string? QueryPrefix { get; init; }

    /// <summary>Text before each input of the type <c>passage</c>; null for the model's own.</summary>
    public string? PassagePrefix { get; init; }

    /// <summary>The least level that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Most inputs of a request.</summary>
    public int MaxInputs { get; init; } = 2_048;

    /// <summary>Most tokens of a request.</summary>
    public int MaxRequestTokens { get; init; } = 300_000;

    /// <summary>Most bytes of a request's body.</summary>
    public int MaxBodyBytes { get; init; } = 16 << 20;

    /// <summary>Waiting inputs of a model from which on requests are refused.</summary>
    public int MaxWaitingInputs { get; init; } = 4_096;

    /// <summary>Waiting tokens of a model from which on requests are refused.</summary>
    public int MaxWaitingTokens { get; init; } = 262_144;
}
