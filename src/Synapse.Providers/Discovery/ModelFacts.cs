namespace Synapse.Providers.Discovery;

/// <summary>What a server tells of one model. Whatever it does not tell is null.</summary>
internal sealed record ModelFacts
{
    /// <summary>Tokens of the context as it is loaded now.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Tokens that the model could have.</summary>
    public int? TrainedTokens { get; init; }

    /// <summary>Most texts per embedding request.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Most tokens of one text to embed.</summary>
    public int? InputTokens { get; init; }

    /// <summary>What the server says the model is, where the configured name means nothing to it.</summary>
    public string? ServedModel { get; init; }

    /// <summary>Whether a local server only passes the text on to another host.</summary>
    public bool IsRemote { get; init; }
}
