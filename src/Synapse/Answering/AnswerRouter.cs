using Synapse.Chat;
using Synapse.Library;

namespace Synapse.Answering;

/// <summary>Decides for each question who answers it: a chat model when one is configured and wanted, else the documents' own sentences.</summary>
/// <param name="extractive">Answers with quotes.</param>
/// <param name="generative">Answers with a chat model; null when the process has none at all.</param>
/// <param name="models">The chat models; null when the process has none at all.</param>
public sealed class AnswerRouter(ExtractiveAnswerer extractive, GenerativeAnswerer? generative, IChatModels? models) : IAnswerer
{
    /// <summary>Whether questions are answered by a chat model unless they ask otherwise.</summary>
    public bool HasModel => generative is not null && models?.IsConfigured(ModelRole.Chat, localOnly: false) == true;

    /// <inheritdoc/>
    public IAsyncEnumerable<AnswerEvent> AnswerAsync(AccessScope scope, Question question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        return question.Mode == AnswerMode.Auto && HasModel
            ? generative!.AnswerAsync(scope, question, cancellationToken)
            : extractive.AnswerAsync(scope, question, cancellationToken);
    }
}
