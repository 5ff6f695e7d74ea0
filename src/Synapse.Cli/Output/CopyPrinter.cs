using System.Globalization;
using Synapse.Cli.Commands;
using Synapse.Storage.Copying;

namespace Synapse.Cli.Output;

/// <summary>Prints what was copied.</summary>
internal static class CopyPrinter
{
    public static void Print(CopyReport copied, Terminal terminal)
    {
        foreach (var collection in copied.Collections)
        {
            terminal.Line($"{terminal.Bold(Terminal.Clean(collection.Name))}  {PathIndexing.Count(collection.Documents, "document")}, {PathIndexing.Count(collection.Chunks, "chunk")}");
            terminal.Line(terminal.Dim($"  sha256:{collection.Digest}"));
        }

        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{PathIndexing.Count(copied.Collections.Count, "collection")} and {copied.EgressEntries:N0} ledger entr{(copied.EgressEntries == 1 ? "y" : "ies")} copied in {Remaining.Describe(copied.Elapsed)}. Source and copy were compared, and are the same."));
    }
}
