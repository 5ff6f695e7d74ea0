using System.Globalization;
using Synapse.Cli.Commands;
using Synapse.Contracts;
using Synapse.Server.Hosting;
using Synapse.Storage.Archiving;

namespace Synapse.Cli.Output;

/// <summary>Tells what was archived, checked, restored or imported.</summary>
internal static class ArchivePrinter
{
    public static void Write(ArchiveResponse written, bool json)
    {
        if (json)
        {
            JsonOutput.Write(written, OutputJsonContext.Default.ArchiveResponse);
            return;
        }

        var terminal = Stdout();
        foreach (var collection in written.Collections)
        {
            PrintCollection(terminal, collection.Name, collection.Documents, collection.Chunks, collection.EmbeddingModels);
        }

        PrintRest(terminal, written.EgressEntries, written.Files);
        terminal.Line($"{terminal.Place(Terminal.Clean(written.Path))}  {StatusPrinter.Size(written.SizeBytes)} in {Remaining.Describe(TimeSpan.FromMilliseconds(written.ElapsedMs))}");
        terminal.Line(terminal.Dim($"  sha256:{written.Sha256}"));
    }

    public static void Write(ArchiveReport held, bool json)
    {
        if (json)
        {
            JsonOutput.Write(CheckedOutput.Of(held), OutputJsonContext.Default.CheckedOutput);
            return;
        }

        var terminal = Stdout();
        foreach (var collection in held.Collections)
        {
            PrintCollection(terminal, collection.Name, collection.Documents, collection.Chunks, collection.Models);
        }

        PrintRest(terminal, held.EgressEntries, held.Files);
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{(held.Content == ArchiveContent.Store ? "A whole store" : "One collection")}, written by {Terminal.Clean(held.Program)} on {held.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC. Everything in it was read, and is as it was written."));
        terminal.Line(terminal.Dim($"  sha256:{held.Sha256}"));
    }

    public static void Write(RestoreReport restored, bool json)
    {
        if (json)
        {
            JsonOutput.Write(RestoredOutput.Of(restored), OutputJsonContext.Default.RestoredOutput);
            return;
        }

        var terminal = Stdout();
        CopyPrinter.PrintCollections(restored.Copy, terminal);
        foreach (var file in restored.FilesLeft)
        {
            terminal.Line($"{Terminal.Clean(file)}  left as it is: the backup has another one");
        }

        terminal.Line($"{CopyPrinter.Count(restored.Copy)} restored into {terminal.Place(Terminal.Clean(restored.Store))} in {Remaining.Describe(restored.Copy.Elapsed)}. Backup and store were compared, and are the same.");
    }

    public static void Write(ImportedCollectionResponse imported, bool json)
    {
        if (json)
        {
            JsonOutput.Write(imported, OutputJsonContext.Default.ImportedCollectionResponse);
            return;
        }

        var terminal = Stdout();
        PrintCollection(terminal, imported.Collection, imported.Documents, imported.Chunks, imported.EmbeddingModel is { } model ? [model] : []);
        terminal.Line(terminal.Dim($"  sha256:{imported.Sha256}"));
        terminal.Line($"Imported in {Remaining.Describe(TimeSpan.FromMilliseconds(imported.ElapsedMs))}. File and collection were compared, and are the same.");
        if (imported is { EmbeddingModel: { } missing, ModelConfigured: false })
        {
            terminal.Line(
                $"No model of this configuration is '{Terminal.Clean(missing)}': the collection is searched by words alone. Configure that model, or move the collection to another with 'synapse models switch'.");
        }
    }

    private static Terminal Stdout() => new(Console.Out, Console.IsOutputRedirected);

    private static void PrintCollection(Terminal terminal, string name, long documents, long chunks, IReadOnlyList<string> models)
        => terminal.Line($"{terminal.Bold(Terminal.Clean(name))}  {PathIndexing.Count(documents, "document")}, {PathIndexing.Count(chunks, "chunk")}"
            + (models.Count == 0 ? "" : $"  {terminal.Dim(Terminal.Clean(string.Join(", ", models)))}"));

    private static void PrintRest(Terminal terminal, long egressEntries, IReadOnlyList<string> files)
    {
        if (egressEntries > 0)
        {
            terminal.Line(CopyPrinter.Entries(egressEntries));
        }

        foreach (var file in files)
        {
            terminal.Line(Terminal.Clean(file));
        }
    }
}

/// <summary>The output of <c>restore --check --json</c>. Its names are a contract.</summary>
internal sealed record CheckedOutput(
    string Content, string Sha256, long SizeBytes, DateTimeOffset CreatedAt, string Program, IReadOnlyList<ArchivedCollectionResponse> Collections, long EgressEntries, IReadOnlyList<string> Files)
{
    public static CheckedOutput Of(ArchiveReport held)
        => new(
            held.Content == ArchiveContent.Store ? "store" : "collection",
            held.Sha256,
            held.Bytes,
            held.CreatedAt,
            held.Program,
            [.. held.Collections.Select(collection => new ArchivedCollectionResponse(collection.Name, collection.Documents, collection.Chunks, collection.Models))],
            held.EgressEntries,
            held.Files);
}

/// <summary>The output of <c>restore --json</c>. Its names are a contract.</summary>
internal sealed record RestoredOutput(
    string Store, string Sha256, bool Resumed, IReadOnlyList<CopiedCollectionOutput> Collections, long EgressEntries, IReadOnlyList<string> Files, IReadOnlyList<string> FilesLeft, double ElapsedMs)
{
    public static RestoredOutput Of(RestoreReport restored)
    {
        var copied = CopyOutput.Of(restored.Copy);
        return new(
            restored.Store, restored.Archive.Sha256, copied.Resumed, copied.Collections, copied.EgressEntries, [.. restored.Archive.Files.Except(restored.FilesLeft)], restored.FilesLeft, copied.ElapsedMs);
    }
}
