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
        var extractive = new Option<bool>("--extractive") { Description = "Answer with quotes only, although a chat model is configured; nothing is sent to one." };
        var json = SharedOptions.Json();
        var command = new Command("ask",
            """
            Answer a question from your documents. Every sentence carries a citation that was checked against the stored text.

            A chat model writes the answer when one is configured; a sentence that your documents do not bear out is marked [unsupported].
            Without a folder, everything indexed so far is asked. Exit code 1 when the documents hold no answer.

            Examples:
              synapse ask "How long is the notice period?" ./contracts
              synapse ask "Where are retries configured?" ~/src/project
              synapse ask "What changed in version 2?" --collection docs --json
            """)
        {
            question, folder, collection, extractive, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed),
            parsed.GetRequiredValue(question),
            parsed.GetValue(folder),
            parsed.GetValue(collection),
            parsed.GetValue(extractive) ? "extractive" : null,
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Server.Hosting.DataFolder dataFolder, string question, string? folder, string? collection, string? mode, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var asked = await Asking.PrepareAsync(connection.Client, folder, collection, json, cancellationToken);
        var request = new AnswerRequest(question, asked.Collections, Mode: mode);
        if (!json)
        {
            return await StreamAsync(connection.Client, request, asked, cancellationToken);
        }

        var answer = await connection.Client.AnswerAsync(request, cancellationToken);
        if (!answer.Found)
        {
            await Asking.RequireDocumentsAsync(connection.Client, asked, cancellationToken);
        }

        NotePrinter.Print(answer.Notes, Console.Error);
        JsonOutput.Write(AnswerOutput.Of(answer), OutputJsonContext.Default.AnswerOutput);
        return ExitCodeOf(answer);
    }

    private static async Task<int> StreamAsync(SynapseClient client, AnswerRequest request, Asked asked, CancellationToken cancellationToken)
    {
        var printer = new AnswerStreamPrinter(new Terminal(Console.Out, Console.IsOutputRedirected), new Terminal(Console.Error, Console.IsErrorRedirected));
        AnswerResponse? answer = null;
        await foreach (var next in client.StreamAnswerAsync(request, cancellationToken))
        {
            answer = next.Completed;
            if (answer is { Found: false })
            {
                await Asking.RequireDocumentsAsync(client, asked, cancellationToken);
            }

            printer.Print(next);
        }

        return answer is null
            ? throw new SynapseApiException(0, ErrorCodes.ServerUnreachable, "The server stopped while it answered. Try again.")
            : ExitCodeOf(answer);
    }

    // What was interrupted is shown, and still is a failure to a script.
    private static int ExitCodeOf(AnswerResponse answer)
        => answer.Finish == "interrupted" ? ExitCodes.Failed : answer.Found ? ExitCodes.Ok : ExitCodes.NotFound;
}
