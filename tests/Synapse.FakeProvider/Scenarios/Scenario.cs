using Synapse.Fakes.Dialects;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Scenarios;

/// <summary>One way in which a server can behave. What is left null is as usual.</summary>
/// <param name="Id">The name, which tests and the command line use.</param>
/// <param name="Group">The chapter of the catalogue.</param>
/// <param name="Summary">What a client meets.</param>
internal sealed record Scenario(string Id, string Group, string Summary)
{
    private static readonly RequestKind[] Work = [RequestKind.Chat, RequestKind.Embeddings, RequestKind.Rerank];

    /// <summary>The kinds of requests that it changes; others are answered as usual.</summary>
    public IReadOnlyList<RequestKind> Kinds { get; init; } = Work;

    /// <summary>The dialects in which a real server can do this; null for all.</summary>
    public IReadOnlyList<string>? Dialects { get; init; }

    /// <summary>The parameters and their defaults.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it comes before the key is looked at.</summary>
    public bool BeforeKey { get; init; }

    /// <summary>What it does to the connection as a whole.</summary>
    public ConnectionFault Connection { get; init; }

    /// <summary>Whether usage is sent without being asked for.</summary>
    public bool AlwaysUsage { get; init; }

    /// <summary>Answers in place of the dialect; a null answer leaves it to the dialect.</summary>
    public Func<Exchange, HttpReply?>? Answer { get; init; }

    /// <summary>Changes what is said.</summary>
    public Func<Exchange, IReadOnlyList<ChatStep>, IReadOnlyList<ChatStep>>? ChangeScript { get; init; }

    /// <summary>Changes the events of a stream.</summary>
    public Func<Exchange, IEnumerable<StreamEvent>, IEnumerable<StreamEvent>>? ChangeEvents { get; init; }

    /// <summary>Changes how events become bytes.</summary>
    public Func<Exchange, StreamStyle, StreamStyle>? ChangeStyle { get; init; }

    /// <summary>Changes embeddings.</summary>
    public Func<Exchange, IReadOnlyList<EmbeddingRow>, IReadOnlyList<EmbeddingRow>>? ChangeEmbeddings { get; init; }

    /// <summary>Changes scores: index and score, best first.</summary>
    public Func<Exchange, IReadOnlyList<(int Index, double Score)>, IEnumerable<(int Index, double Score)>>? ChangeRanking { get; init; }

    /// <summary>Changes the reply, whatever it is.</summary>
    public Func<Exchange, HttpReply, HttpReply>? ChangeReply { get; init; }

    /// <summary>Whether a real server of this dialect can do this.</summary>
    public bool Suits(Dialect dialect) => (Dialects is null || Dialects.Contains(dialect.Id)) && (Connection != ConnectionFault.None || Kinds.Any(dialect.Work.Contains));

    /// <exception cref="ArgumentException">A real server of this dialect cannot do this.</exception>
    public void RequireSuits(Dialect dialect)
    {
        if (!Suits(dialect))
        {
            throw new ArgumentException($"The scenario '{Id}' makes no sense in the dialect '{dialect.Id}'.");
        }
    }
}
