using System.Globalization;
using Synapse.Cli.Commands;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes what left this machine for people.</summary>
internal static class EgressPrinter
{
    private const int ShownDocuments = 5;

    public static void Print(EgressPageResponse page, Terminal terminal)
    {
        if (page.Offline)
        {
            terminal.Line("Offline mode: only this machine and listed private addresses can be reached.");
        }

        if (page.Totals.Count == 0)
        {
            terminal.Line("No request was made to a model server or another machine.");
            return;
        }

        foreach (var total in page.Totals)
        {
            terminal.Line($"{terminal.Bold(Terminal.Clean(total.Host))}  {Where(total.Reach)}: {PathIndexing.Count(total.Requests, "request")}, "
                + $"{StatusPrinter.Size(total.BytesSent)} sent, {StatusPrinter.Size(total.BytesReceived)} received"
                + (total.Refused > 0 ? $", {total.Refused:N0} refused" : ""));
        }

        foreach (var entry in page.Entries)
        {
            terminal.Line();
            Print(entry, terminal);
        }
    }

    private static void Print(EgressEntryResponse entry, Terminal terminal)
    {
        var time = entry.StartedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        terminal.Line($"{terminal.Dim(time)}  {Terminal.Clean(entry.Provider)}  {terminal.Place(Terminal.Clean(entry.Host))}  {entry.Purpose ?? "unknown purpose"}  "
            + $"{entry.Outcome}{Detail(entry)}, {StatusPrinter.Size(entry.BytesSent)} sent, {StatusPrinter.Size(entry.BytesReceived)} received");
        foreach (var document in entry.Documents.Take(ShownDocuments))
        {
            terminal.Line($"  {Terminal.Clean(document.Collection)}  {Terminal.Clean(document.Path)}");
        }

        if (entry.Documents.Count > ShownDocuments)
        {
            terminal.Line(terminal.Dim($"  and {PathIndexing.Count(entry.Documents.Count - ShownDocuments, "more document")}"));
        }
    }

    private static string Detail(EgressEntryResponse entry)
        => entry.Rule is not null ? $" by rule '{entry.Rule}'" : entry.Status is { } status ? $" {status}" : "";

    private static string Where(string reach) => reach switch
    {
        "loopback" => "on this machine",
        "private" => "on a private network",
        "metadata" => "metadata service",
        _ => "on the internet",
    };
}
