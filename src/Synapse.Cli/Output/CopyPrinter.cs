using System.Globalization;
using Synapse.Cli.Commands;
using Synapse.Storage.Copying;

namespace Synapse.Cli.Output;

/// <summary>Prints what was copied.</summary>
internal static class CopyPrinter
{
    public static void Print(CopyReport copied, Terminal terminal)
    {
        PrintCollections(copied, terminal);
        terminal.Line($"{Count(copied)} copied in {Remaining.Describe(copied.Elapsed)}. Source and copy were compared, and are the same.");
    }

    /// <summary>Prints each collection with its digest.</summary>
    public static void PrintCollections(CopyReport copied, Terminal terminal)
    {
        foreach (var collection in copied.Collections)
        {
            terminal.Line($"{terminal.Bold(Terminal.Clean(collection.Name))}  {PathIndexing.Count(collection.Documents, "document")}, {PathIndexing.Count(collection.Chunks, "chunk")}");
            terminal.Line(terminal.Dim($"  sha256:{collection.Digest}"));
        }
    }

    /// <summary>How many collections and entries of the ledger.</summary>
    public static string Count(CopyReport copied) => $"{PathIndexing.Count(copied.Collections.Count, "collection")} and {Entries(copied.EgressEntries)}";

    /// <summary>How many entries of the ledger.</summary>
    public static string Entries(long entries) => string.Create(CultureInfo.InvariantCulture, $"{entries:N0} ledger entr{(entries == 1 ? "y" : "ies")}");
}
