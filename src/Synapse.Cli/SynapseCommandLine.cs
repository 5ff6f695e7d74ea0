using System.CommandLine;
using System.CommandLine.Help;
using Synapse.Cli.Commands;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Cli;

/// <summary>The command line: parses, runs one command, and turns every outcome into one report and one exit code.</summary>
internal static class SynapseCommandLine
{
    /// <summary>Runs the command line.</summary>
    /// <param name="arguments">The arguments of the process.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        // Not a RootCommand: that one is named after the file of the program.
        var root = new Command("synapse",
            """
            Ask your own documents and code, on your own machine, and check every answer.

            Examples:
              synapse ask "How are files left out?" ./docs
              synapse search "parse date header" ~/src/project --limit 5
              synapse serve ~/notes
            """);
        root.Options.Add(new HelpOption());
        root.Options.Add(new VersionOption());
        root.Options.Add(SharedOptions.Data);
        root.Subcommands.Add(AskCommand.Create());
        root.Subcommands.Add(SearchCommand.Create());
        root.Subcommands.Add(IndexCommand.Create());
        root.Subcommands.Add(StatusCommand.Create());
        root.Subcommands.Add(JobsCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(EgressCommand.Create());
        root.Subcommands.Add(RemoveCommand.Create());
        root.Subcommands.Add(ModelsCommand.Create());
        root.Subcommands.Add(BackupCommand.Create());
        root.Subcommands.Add(RestoreCommand.Create());
        root.Subcommands.Add(CollectionsCommand.Create());
        root.Subcommands.Add(StoreCommand.Create());
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(HealthCommand.Create());
        root.Subcommands.Add(SignInCommand.Create());

        var parsed = root.Parse(arguments.Count == 0 ? ["--help"] : arguments);
        var report = new ErrorReport(arguments.Contains("--json"));
        if (CommandLineFaults.Describe(parsed) is { } faults)
        {
            return report.Write(ErrorCodes.InvalidArguments, faults, ExitCodes.BadInput);
        }

        using var interruption = new Interruption();
        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, interruption.Token);
        }
        catch (SynapseApiException error)
        {
            return report.Write(error.Code, error.Message, ExitCodes.Of(error));
        }
        catch (SynapseException error)
        {
            return report.Write(error.Code, error.Message, ExitCodes.Of(error));
        }
        catch (OperationCanceledException)
        {
            return report.Write(ErrorCodes.Cancelled, "Stopped. What was done so far is kept.", ExitCodes.Cancelled);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync(error.ToString());
            return report.Write(ErrorCodes.InternalError, $"A fault of Synapse ({error.GetType().Name}: {error.Message}). Please report it.", ExitCodes.Failed);
        }
    }
}
