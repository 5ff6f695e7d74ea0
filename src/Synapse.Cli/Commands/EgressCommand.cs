using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse egress</c>: what left this machine.</summary>
internal static class EgressCommand
{
    public static Command Create()
    {
        var limit = SharedOptions.Limit("Most requests to show.");
        var provider = new Option<string?>("--provider") { Description = "Only requests of this provider.", HelpName = "NAME" };
        var json = SharedOptions.Json();
        var command = new Command("egress",
            """
            Show every request that was made to a model server or another machine: totals by host, then the newest requests with the documents they carried.

            Examples:
              synapse egress
              synapse egress --provider openai --limit 50 --json
            """)
        {
            limit, provider, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(limit), parsed.GetValue(provider), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, int limit, string? provider, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var page = await connection.Client.ListEgressAsync(provider, limit: limit, cancellationToken: cancellationToken);
        if (json)
        {
            JsonOutput.Write(new EgressOutput(page.Offline, page.Totals, page.Entries), OutputJsonContext.Default.EgressOutput);
        }
        else
        {
            EgressPrinter.Print(page, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return ExitCodes.Ok;
    }
}
