using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse remove</c>: takes paths or a collection out of the index.</summary>
internal static class RemoveCommand
{
    public static Command Create()
    {
        var paths = SharedOptions.Paths("path", "Folders or files to take out of the index.", ArgumentArity.ZeroOrMore);
        var collection = SharedOptions.Collection("Take the paths out of this collection only. Without paths: remove the whole collection.");
        var json = SharedOptions.Json();
        var command = new Command("remove",
            """
            Take folders, files or a whole collection out of the index. The files themselves are never touched.

            A collection that is left without any source goes as well.

            Examples:
              synapse remove ~/notes
              synapse remove --collection handbook
            """)
        {
            paths, collection, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(paths) is not { Length: > 0 } && result.GetValue(collection) is null)
            {
                result.AddError("Name a path, or a collection with --collection.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(paths) ?? [], parsed.GetValue(collection), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        DataFolder dataFolder, string[] paths, string? collection, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var client = connection.Client;
        var removed = paths.Length == 0
            ? await RemoveCollectionAsync(client, collection!, cancellationToken)
            : await RemovePathsAsync(client, paths, collection, cancellationToken);
        if (json)
        {
            JsonOutput.Write(removed, OutputJsonContext.Default.RemoveOutput);
        }
        else
        {
            StatusPrinter.Print(removed, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return ExitCodes.Ok;
    }

    private static async Task<RemoveOutput> RemoveCollectionAsync(SynapseClient client, string collection, CancellationToken cancellationToken)
    {
        await client.DeleteCollectionAsync(collection, cancellationToken);
        return new RemoveOutput([], [collection]);
    }

    private static async Task<RemoveOutput> RemovePathsAsync(
        SynapseClient client, string[] paths, string? collection, CancellationToken cancellationToken)
    {
        var sources = (await client.ListSourcesAsync(collection, cancellationToken)).Sources;
        var chosen = new List<SourceResponse>();
        foreach (var path in paths)
        {
            var found = sources.Where(source => IsAt(source, path)).ToList();
            if (found.Count == 0)
            {
                throw new SynapseApiException(0, "source_not_found", $"'{Path.GetFullPath(path)}' is not indexed. 'synapse status' lists what is.");
            }

            chosen.AddRange(found);
        }

        foreach (var source in chosen.DistinctBy(source => source.Id))
        {
            await client.DeleteSourceAsync(source.Id, cancellationToken);
        }

        var left = (await client.ListSourcesAsync(cancellationToken: cancellationToken)).Sources.Select(source => source.Collection).ToHashSet();
        var emptied = chosen.Select(source => source.Collection).Distinct().Where(name => !left.Contains(name)).ToList();
        foreach (var name in emptied)
        {
            await client.DeleteCollectionAsync(name, cancellationToken);
        }

        return new RemoveOutput([.. chosen.Select(source => source.Location).Distinct()], emptied);
    }

    // A source knows its place with links resolved; the path given may lead there through a link, or be gone already.
    private static bool IsAt(SourceResponse source, string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return source.Location == full || source.Location == ResolveLinks(full);
    }

    private static string ResolveLinks(string full)
    {
        var resolved = Path.GetPathRoot(full)!;
        try
        {
            foreach (var name in full[resolved.Length..].Split(Path.DirectorySeparatorChar))
            {
                resolved = Path.Combine(resolved, name);
                resolved = new FileInfo(resolved) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : resolved;
            }
        }
        catch (IOException)
        {
            // A circle of links leads nowhere, so to no source either.
            return full;
        }

        return resolved;
    }
}
