using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Tells what someone should know of how a search was done, apart from its results.</summary>
internal static class NotePrinter
{
    public static void Print(IReadOnlyList<NoteResponse> notes, TextWriter writer)
    {
        foreach (var note in notes)
        {
            writer.WriteLine($"Note: {Terminal.Clean(note.Message)}");
        }
    }
}
