using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse index</c>: brings paths up to date.</summary>
internal static class IndexCommand
{
    public static Command Create()
    {
        var paths = SharedOptions.Paths("path", "Folders or files to index.", ArgumentArity.OneOrMore);
        var collection = SharedOptions.Collection("Put them into this collection. Default: one collection for each path, named after it.");
        var localOnly = new Option<bool>("--local-only") { Description = "Mark the collection as local only: its text never goes to a provider outside this machine and its private network." };
        var json = SharedOptions.Json();
        var command = new Command("index",
            """
            Index folders and files, or bring them up to date. Only what changed is read.

            Ignore files (.gitignore, .ignore) are honoured; binaries, secrets and what is too large are left out, each with a reason.

            Examples:
              synapse index ~/notes
              synapse index ./docs ./README.md --collection handbook
              synapse index ~/contracts --local-only
            """)
        {
            paths, collection, localOnly, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed),
            parsed.GetRequiredValue(paths),
            parsed.GetValue(collection),
            parsed.GetValue(localOnly),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        Server.Hosting.DataFolder dataFolder, string[] paths, string? collection, bool localOnly, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var outputs = new List<IndexedSourceOutput>();
        IndexedPath? last = null;
        foreach (var path in paths)
        {
            last = await PathIndexing.AddAsync(connection.Client, path, collection, localOnly, json, cancellationToken);
            var skipped = (await connection.Client.ListSkippedFilesAsync(last.Source.Id, cancellationToken)).Files;
            outputs.Add(IndexedSourceOutput.Of(last, skipped));
        }

        var names = outputs.Select(output => output.Collection).ToHashSet();
        var collections = (await connection.Client.ListCollectionsAsync(cancellationToken)).Collections;
        if (last is not null && !collections.Any(known => names.Contains(known.Name) && known.DocumentCount > 0))
        {
            throw await PathIndexing.DescribeNothingAsync(connection.Client, last, cancellationToken);
        }

        if (json)
        {
            JsonOutput.Write(new IndexOutput(outputs), OutputJsonContext.Default.IndexOutput);
        }
        else
        {
            outputs.ForEach(output => StatusPrinter.Print(output, new Terminal(Console.Out, Console.IsOutputRedirected)));
        }

        return ExitCodes.Ok;
    }
}
