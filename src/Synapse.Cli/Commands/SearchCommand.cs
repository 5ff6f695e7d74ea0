using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse search</c>: the passages that best match a query.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var query = new Argument<string>(SharedOptions.QueryName) { Description = "What to look for: words, a name from code, or a phrase that says what is meant." };
        var folder = SharedOptions.Folder();
        var collection = SharedOptions.Collection("Search this collection. With a folder, index the folder into it.");
        var limit = SharedOptions.Limit("Most hits to show.");
        var explain = new Option<bool>("--explain") { Description = "Show what each part adds to the score." };
        var json = SharedOptions.Json();
        var command = new Command("search",
            """
            Find the passages that best match a query, by words and by meaning.

            Without a folder, everything indexed so far is searched. Exit code 1 when nothing matches.

            Examples:
              synapse search "retry with backoff"
              synapse search HttpRetryPolicy ~/src/project --limit 3 --explain
              synapse search "termination clause" --collection contracts --json
            """)
        {
            query, folder, collection, limit, explain, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed),
            new SearchRequest(parsed.GetRequiredValue(query), null, parsed.GetValue(limit)),
            parsed.GetValue(folder),
            parsed.GetValue(collection),
            parsed.GetValue(explain),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Server.Hosting.DataFolder dataFolder,
        SearchRequest request,
        string? folder,
        string? collection,
        bool explain,
        bool json,
        CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var asked = await Asking.PrepareAsync(connection.Client, folder, collection, json, cancellationToken);
        var found = await connection.Client.SearchAsync(request with { Collections = asked.Collections }, cancellationToken);
        if (found.Hits.Count == 0)
        {
            await Asking.RequireDocumentsAsync(connection.Client, asked, cancellationToken);
        }

        NotePrinter.Print(found.Notes, Console.Error);
        if (json)
        {
            JsonOutput.Write(SearchOutput.Of(found), OutputJsonContext.Default.SearchOutput);
        }
        else
        {
            HitPrinter.Print(found, request.Query, explain, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return found.Hits.Count > 0 ? ExitCodes.Ok : ExitCodes.NotFound;
    }
}
