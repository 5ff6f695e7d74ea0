using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Storage.Copying;

namespace Synapse.Cli.Commands;

/// <summary>Shows how far the server is with an archive.</summary>
internal static class ArchiveFollowing
{
    /// <summary>Follows it to the end.</summary>
    /// <returns>The last event.</returns>
    public static async Task<ArchiveStreamEvent> RunAsync(IAsyncEnumerable<ArchiveStreamEvent> events, bool json, CancellationToken cancellationToken)
    {
        await using var line = new CopyLine(Console.IsErrorRedirected || json);
        var last = new ArchiveStreamEvent();
        await foreach (var happened in events.WithCancellation(cancellationToken))
        {
            last = happened;
            if (happened.Progress is { } progress)
            {
                line.Show(Of(progress));
            }
        }

        return last;
    }

    private static CopyProgress Of(ArchiveProgressResponse progress)
        => new(
            progress.Phase switch
            {
                "archiving" => CopyPhase.Archiving,
                "checking" => CopyPhase.Checking,
                "copying" => CopyPhase.Copying,
                _ => CopyPhase.Comparing,
            },
            progress.DocumentsDone,
            progress.DocumentsTotal,
            progress.ChunksDone,
            progress.ChunksTotal,
            progress.RemainingMs is { } left ? TimeSpan.FromMilliseconds(left) : null);
}
