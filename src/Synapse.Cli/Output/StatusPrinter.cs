using System.Globalization;
using Synapse.Cli.Commands;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes what is indexed and what was done for people.</summary>
internal static class StatusPrinter
{
    public static void Print(StatusOutput status, Terminal terminal)
    {
        terminal.Line($"Data folder  {status.DataFolder}");
        terminal.Line(status.Offline ? "Mode         offline: only this machine and listed private addresses can be reached" : "Mode         online: providers that are configured can be reached");
        terminal.Line(status.Server is { } server ? $"Server       {server.Address ?? "no pages"} (process {server.Pid})" : "Server       none runs");
        PrintProviders(status.Providers, terminal);
        if (status.Collections.Count == 0)
        {
            terminal.Line("Nothing is indexed yet. Index a folder with 'synapse index PATH'.");
        }

        foreach (var collection in status.Collections)
        {
            terminal.Line();
            terminal.Line($"{terminal.Bold(Terminal.Clean(collection.Name))}  {PathIndexing.Count(collection.Documents, "document")}, "
                + $"{PathIndexing.Count(collection.Chunks, "chunk")}, {Size(collection.SizeBytes)}"
                + (collection.LocalOnly ? ", local only" : "")
                + (collection.EmbeddingModel is { } model ? $"  {terminal.Dim(Terminal.Clean(model))}" : ""));
            foreach (var source in collection.Sources)
            {
                terminal.Line($"  {source.Kind,-6}  {terminal.Place(Terminal.Clean(source.Location))}");
                foreach (var file in source.Skipped ?? [])
                {
                    terminal.Line($"    left out: {terminal.Place(Terminal.Clean(file.Path))}  {file.Reason}: {Terminal.Clean(file.Detail)}");
                }
            }
        }

        foreach (var job in status.Jobs)
        {
            terminal.Line();
            terminal.Line($"Job {job.Id} on '{Terminal.Clean(job.Collection)}' is {job.State}: {job.FilesDone:N0} of {job.FilesFound:N0} files"
                + (job.ErrorMessage is null ? "" : $". {Terminal.Clean(job.ErrorMessage)}"));
        }
    }

    private static void PrintProviders(IReadOnlyList<ProviderResponse> providers, Terminal terminal)
    {
        if (providers.Count == 0)
        {
            terminal.Line("Providers    none: texts are embedded in this process, and answers are quoted");
        }

        for (var at = 0; at < providers.Count; at++)
        {
            var provider = providers[at];
            var roles = string.Join(", ", provider.Roles.Select(role => $"{role.Key} {role.Value}"));
            var state = provider.State == "unknown" ? "not asked yet ('synapse doctor' checks it)" : provider.State;
            terminal.Line($"{(at == 0 ? "Providers" : ""),-13}{terminal.Bold(Terminal.Clean(provider.Name))}  {Terminal.Clean(roles)}: {state}");
            if (provider.Detail is { } detail)
            {
                terminal.Line($"{"",-13}  {Terminal.Clean(detail)}");
            }
        }
    }

    public static void Print(IndexedSourceOutput indexed, Terminal terminal)
    {
        var changes = $"{indexed.Added:N0} added, {indexed.Changed:N0} changed, {indexed.Removed:N0} removed";
        terminal.Line($"{terminal.Bold(Terminal.Clean(indexed.Collection))}  {PathIndexing.Count(indexed.Files, "file")}: {changes}"
            + (indexed.Chunks > 0 ? $"; {PathIndexing.Count(indexed.Chunks, "chunk")} stored" : "")
            + string.Create(CultureInfo.InvariantCulture, $" in {indexed.ElapsedMs / 1_000:0.00} s"));
        if (indexed.Skipped.Count > 0)
        {
            var reasons = indexed.Skipped.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} {reason.Key}");
            terminal.Line($"  left out: {string.Join(", ", reasons)} ('synapse status --skipped' names them)");
        }
    }

    public static void Print(RemoveOutput removed, Terminal terminal)
    {
        foreach (var source in removed.Sources)
        {
            terminal.Line($"Removed from the index: {Terminal.Clean(source)}");
        }

        foreach (var collection in removed.Collections)
        {
            terminal.Line($"Removed the collection '{Terminal.Clean(collection)}'.");
        }
    }

    /// <summary>A size in decimal units.</summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
    };
}
