using System.Runtime.CompilerServices;
using Synapse.Chat;
using Synapse.Privacy;

namespace Synapse.Tests.TestSupport;

/// <summary>Chat models that say what a test has written down, and remember what they were asked.</summary>
internal sealed class ScriptedChatModels : IChatModels
{
    private readonly Queue<IReadOnlyList<object>> _scripts = [];

    /// <summary>The model that answers.</summary>
    public ChatModelDescription Model { get; set; } = new("test", "scripted", IsLocal: false, 8_000, 1_000, new LetterCounter());

    /// <summary>Whether a provider on this machine is configured too.</summary>
    public bool HasLocal { get; set; }

    /// <summary>The requests, in order.</summary>
    public List<ChatRequest> Requests { get; } = [];

    /// <summary>The prompts that were made, in order.</summary>
    public List<ChatPrompt> Prompts { get; } = [];

    /// <summary>Documents of the activity at each step of the last request; null where there was no activity.</summary>
    public List<IReadOnlyList<EgressDocument>?> Activities { get; } = [];

    /// <summary>Whether the last stream was stopped by its token.</summary>
    public TaskCompletionSource Stopped { get; } = new();

    /// <summary>Writes down the next reply: strings are pieces of text, exceptions are thrown, tasks are waited for, events come as they are. A prompt is made first.</summary>
    public ScriptedChatModels Reply(params object[] script)
    {
        _scripts.Enqueue(script);
        return this;
    }

    public bool IsConfigured(ModelRole role, bool localOnly) => !localOnly || HasLocal;

    public async IAsyncEnumerable<ChatEvent> StreamAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Requests.Add(request);
        Activities.Clear();
        // Not disposed: it has to run even when the wait below is told first.
        cancellationToken.Register(() => Stopped.TrySetResult());
        var script = _scripts.Dequeue();
        var ended = false;
        Prompts.Add(request.Prompt(Model));
        yield return new ChatStarted(Model);
        foreach (var step in script)
        {
            Activities.Add(EgressActivity.Current?.Documents.ToArray());
            switch (step)
            {
                case string text:
                    yield return new ChatText(text);
                    break;
                case Exception error:
                    throw error;
                case Task task:
                    await task.WaitAsync(cancellationToken);
                    break;
                case ChatModelDescription other:
                    Prompts.Add(request.Prompt(other));
                    yield return new ChatStarted(other);
                    break;
                case ChatEvent chatEvent:
                    ended |= chatEvent is ChatFinished;
                    yield return chatEvent;
                    break;
            }
        }

        if (!ended)
        {
            yield return new ChatFinished(ChatFinish.Complete, new TokenUsage(100, 20));
        }
    }

    /// <summary>A token for every four letters, rounded up: an over-estimate that is easy to reckon with.</summary>
    internal sealed class LetterCounter : ITokenCounter
    {
        public int Count(ReadOnlySpan<char> text) => (text.Length + 3) / 4;
    }
}
