namespace Synapse.Privacy;

/// <summary>Why something leaves the process.</summary>
public enum EgressPurpose
{
    /// <summary>A prompt for a chat model.</summary>
    Chat,

    /// <summary>Texts to embed.</summary>
    Embedding,

    /// <summary>Passages to rerank.</summary>
    Reranking,

    /// <summary>What a server is and whether it is well; carries no text of documents or questions.</summary>
    Discovery,

    /// <summary>A token for a provider.</summary>
    Credential,

    /// <summary>Metrics and traces for the operator's collector; carry no text of documents or questions.</summary>
    Telemetry,

    /// <summary>Files of models from a hub; carries no text of documents or questions.</summary>
    Models,
}

/// <summary>A document whose text is in a request.</summary>
/// <param name="CollectionId">Its collection.</param>
/// <param name="SourceId">Its source.</param>
/// <param name="Path">Path relative to its source.</param>
public readonly record struct EgressDocument(long CollectionId, long SourceId, string Path);

/// <summary>What the requests of the current asynchronous flow are for, and whose text they carry. The ledger reads it where the bytes leave, below any client library.</summary>
public sealed class EgressActivity : IDisposable
{
    private static readonly AsyncLocal<EgressActivity?> s_current = new();
    private readonly EgressActivity? _outer;

    private EgressActivity(EgressPurpose purpose, IReadOnlyCollection<EgressDocument> documents)
    {
        Purpose = purpose;
        Documents = documents;
        _outer = s_current.Value;
        s_current.Value = this;
    }

    /// <summary>The activity of this flow; null outside of any.</summary>
    public static EgressActivity? Current => s_current.Value;

    /// <summary>Why.</summary>
    public EgressPurpose Purpose { get; }

    /// <summary>The documents whose text is carried.</summary>
    public IReadOnlyCollection<EgressDocument> Documents { get; }

    /// <summary>Begins an activity; it ends when disposed.</summary>
    public static EgressActivity Begin(EgressPurpose purpose, IReadOnlyCollection<EgressDocument> documents) => new(purpose, documents);

    /// <inheritdoc/>
    public void Dispose() => s_current.Value = _outer;
}
