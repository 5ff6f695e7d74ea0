using System.Runtime.CompilerServices;
using Synapse.Answering;
using Synapse.Library;

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

    /// <summary>When set, <see cref="AfterGate"/> follows the script when it is completed, and then nothing until the question is cancelled.</summary>
    public TaskCompletionSource? ScriptGate { get; set; }

    /// <summary>What follows the script after its gate.</summary>
    public IReadOnlyList<AnswerEvent> AfterGate { get; set; } = [];

    /// <summary>Completed when a scripted question was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new();

    /// <summary>The questions so far.</summary>
    public List<Question> Asked { get; } = [];

    public async IAsyncEnumerable<AnswerEvent> AnswerAsync(
        AccessScope scope, Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Asked.Add(question);
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

            if (ScriptGate is { } scriptGate)
            {
                cancellationToken.Register(() => Cancelled.TrySetResult());
                await scriptGate.Task.WaitAsync(cancellationToken);
                foreach (var next in AfterGate)
                {
                    yield return next;
                }

                await Task.Delay(Timeout.Infinite, cancellationToken);
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
