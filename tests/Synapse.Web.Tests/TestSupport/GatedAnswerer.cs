using System.Runtime.CompilerServices;
using Synapse.Answering;
using Synapse.Library;
using Synapse.Retrieval;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>The real answerer, made to wait or to fail when a test says so.</summary>
internal sealed class GatedAnswerer(ExtractiveAnswerer answerer) : IAnswerer
{
    /// <summary>When set, every question fails with it.</summary>
    public Exception? Fault { get; set; }

    /// <summary>When set, an answer waits for it after its passages.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>When set, it answers in place of the documents.</summary>
    public IReadOnlyList<AnswerEvent>? Script { get; set; }

    public async IAsyncEnumerable<AnswerEvent> AnswerAsync(
        AccessScope scope, SearchQuery question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Fault is { } fault)
        {
            throw fault;
        }

        if (Script is { } script)
        {
            foreach (var next in script)
            {
                yield return next;
            }

            yield break;
        }

        await foreach (var next in answerer.AnswerAsync(scope, question, cancellationToken))
        {
            yield return next;
            if (next is PassagesFound && Gate is { } gate)
            {
                await gate.Task.WaitAsync(cancellationToken);
            }
        }
    }
}
