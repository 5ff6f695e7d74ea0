using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse ask</c>: a cited answer from the documents.</summary>
internal static class AskCommand
{
    public static Command Create()
    {
        var question = new Argument<string>(SharedOptions.QuestionName) { Description = "The question, in plain words." };
        var folder = SharedOptions.Folder();
        var collection = SharedOptions.Collection("Answer from this collection. With a folder, index the folder into it.");
        var json = SharedOptions.Json();
        var command = new Command("ask",
            """
            Answer a question from your documents. Every sentence carries a citation that was checked against the stored text.

            Without a folder, everything indexed so far is asked. Exit code 1 when the documents hold no answer.

            Examples:
              synapse ask "How long is the notice period?" ./contracts
              synapse ask "Where are retries configured?" ~/src/project
              synapse ask "What changed in version 2?" --collection docs --json
            """)
        {
            question, folder, collection, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed),
            parsed.GetRequiredValue(question),
            parsed.GetValue(folder),
            parsed.GetValue(collection),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Server.Hosting.DataFolder dataFolder, string question, string? folder, string? collection, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var asked = await Asking.PrepareAsync(connection.Client, folder, collection, json, cancellationToken);
        var answer = await connection.Client.AnswerAsync(new AnswerRequest(question, asked.Collections), cancellationToken);
        if (!answer.Found)
        {
            await Asking.RequireDocumentsAsync(connection.Client, asked, cancellationToken);
        }

        NotePrinter.Print(answer.Notes, Console.Error);
        if (json)
        {
            JsonOutput.Write(AnswerOutput.Of(answer), OutputJsonContext.Default.AnswerOutput);
        }
        else
        {
            AnswerPrinter.Print(answer, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return answer.Found ? ExitCodes.Ok : ExitCodes.NotFound;
    }
}
