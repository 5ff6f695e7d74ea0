using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse backup</c>: everything in one file.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("file")
        {
            Description = "File to write, or a folder for a file named after the time, or - for the standard output. Default: the current folder.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var replace = Replace();
        var json = SharedOptions.Json();
        var command = new Command("backup",
            """
            Write everything that is indexed into one file, while Synapse goes on: collections with documents, chunks and embeddings, files left out,
            questions, the egress ledger, and the prompts of the data folder. Keys, tokens and models are not in it.

            The file gets its name when it is whole and on the disk; only its owner can read it. It restores into a data folder and into a
            database alike, whichever it came from. The hash that is printed stands for every byte of it.

            Examples:
              synapse backup
              synapse backup /backups
              synapse backup - | ssh nas 'cat > synapse.synapse'
            """)
        {
            file, replace, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetValue(file) == ArchivePaths.Output)
            {
                result.AddError("The standard output cannot take a backup and JSON.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(file), parsed.GetValue(replace), parsed.GetValue(json), cancellationToken));
        return command;
    }

    /// <summary>Makes the option that lets a file be replaced.</summary>
    public static Option<bool> Replace() => new("--replace") { Description = "Replace a file of this name, when the new one is whole." };

    private static async Task<int> RunAsync(DataFolder dataFolder, string? file, bool replace, bool json, CancellationToken cancellationToken)
    {
        try
        {
            await StoreCopying.RequireStoreAsync(dataFolder, cancellationToken);
            await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
            if (file == ArchivePaths.Output)
            {
                return await WriteOutputAsync(connection.Client, cancellationToken);
            }

            var request = new BackupRequest(ArchivePaths.Of(file, ArchivePaths.Backup()), replace);
            var written = (await ArchiveFollowing.RunAsync(connection.Client.BackupAsync(request, cancellationToken), json, cancellationToken)).Archived!;
            ArchivePrinter.Write(written, json);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException)
        {
            return new ErrorReport(json).Write(ErrorCodes.Cancelled, "Stopped. There is no backup of this run.", ExitCodes.Cancelled);
        }
    }

    private static async Task<int> WriteOutputAsync(SynapseClient client, CancellationToken cancellationToken)
    {
        await using var backup = await client.ReadBackupAsync(cancellationToken);
        await using var output = Console.OpenStandardOutput();
        try
        {
            await backup.CopyToAsync(output, cancellationToken);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new SynapseApiException(0, ErrorCodes.ServerUnreachable, $"The backup broke off, and is not whole ({error.Message}).", error);
        }

        return ExitCodes.Ok;
    }
}
