using System.CommandLine;
using System.Text.Json;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models switch questions</c>: the questions that a collection is measured by.</summary>
internal static class ModelsSwitchQuestionsCommand
{
    public static Command Create()
    {
        var collection = ModelsSwitchCommand.Collection();
        var file = new Argument<FileInfo?>("file") { Description = "Lines of JSON, one question each. Without it, the questions are shown.", Arity = ArgumentArity.ZeroOrOne };
        var remove = new Option<bool>("--remove") { Description = "Forget the questions." };
        var command = new Command("questions",
            """
            Keep questions of a collection with the documents that answer them. Switches are measured by them; without any, by sentences drawn from the documents.

            A line is {"text": "how long is the notice period?", "relevant": ["contracts/lease.md"]}; the paths are those of the collection's documents.

            Examples:
              synapse models switch questions handbook questions.jsonl
              synapse models switch questions handbook
              synapse models switch questions handbook --remove
            """)
        {
            collection, file, remove,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(remove) && result.GetValue(file) is not null)
            {
                result.AddError("Give a file, or --remove, not both.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(collection);
            var evaluation = parsed.GetValue(file) is { } given ? await ReadAsync(given, cancellationToken) : null;
            await using var connection = await ServerConnection.OpenAsync(SharedOptions.DataFolderOf(parsed), cancellationToken);
            if (parsed.GetValue(remove))
            {
                await connection.Client.DeleteEvaluationAsync(name, cancellationToken);
            }
            else if (evaluation is not null)
            {
                await connection.Client.PutEvaluationAsync(name, evaluation, cancellationToken);
                new Terminal(Console.Out, Console.IsOutputRedirected).Line($"{PathIndexing.Count(evaluation.Questions.Count, "question")} kept.");
            }
            else
            {
                foreach (var question in (await connection.Client.GetEvaluationAsync(name, cancellationToken)).Questions)
                {
                    JsonOutput.Write(question, OutputJsonContext.Default.EvaluationQuestionContract);
                }
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<EvaluationContract> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        string[] lines;
        try
        {
            lines = await File.ReadAllLinesAsync(file.FullName, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SynapseApiException(0, ErrorCodes.InvalidArguments, $"'{file.FullName}' cannot be read: {error.Message}");
        }

        var questions = new List<EvaluationQuestionContract>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (!string.IsNullOrWhiteSpace(lines[i]))
            {
                questions.Add(Parse(lines[i]) ?? throw new SynapseApiException(
                    0, ErrorCodes.InvalidArguments, $"Line {i + 1} of '{file.FullName}' is not a question. Write {{\"text\": \"...\", \"relevant\": [\"path\"]}}."));
            }
        }

        return questions.Count == 0 ? throw new SynapseApiException(0, ErrorCodes.InvalidArguments, $"'{file.FullName}' has no questions.") : new EvaluationContract(questions);
    }

    private static EvaluationQuestionContract? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, OutputJsonContext.Default.EvaluationQuestionContract) is { Text.Length: > 0, Relevant.Count: > 0 } question ? question : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
