using System.CommandLine;
using System.CommandLine.Invocation;
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
        var root = new RootCommand(
            """
            Ask your own documents and code, on your own machine, and check every answer.

            Examples:
              synapse ask "How are files left out?" ./docs
              synapse search "parse date header" ~/src/project --limit 5
              synapse serve ~/notes
            """);
        root.Options.Add(SharedOptions.Data);
        root.Subcommands.Add(AskCommand.Create());
        root.Subcommands.Add(SearchCommand.Create());
        root.Subcommands.Add(IndexCommand.Create());
        root.Subcommands.Add(StatusCommand.Create());
        root.Subcommands.Add(EgressCommand.Create());
        root.Subcommands.Add(RemoveCommand.Create());
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(SignInCommand.Create());

        var parsed = root.Parse(arguments);
        var report = new ErrorReport(arguments.Contains("--json"));
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            var command = parsed.CommandResult.Command == root ? "synapse" : $"synapse {parsed.CommandResult.Command.Name}";
            var errors = parsed.Errors.Select(error => error.Message).Distinct();
            var message = string.Join(" ", parsed.CommandResult.Command == root ? errors.Take(1) : errors);
            return report.Write(ErrorCodes.InvalidArguments, $"{message} See '{command} --help'.", ExitCodes.BadInput);
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
            return report.Write(ErrorCodes.Cancelled, "Stopped. What was indexed so far is kept.", ExitCodes.Cancelled);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return report.Write(ErrorCodes.InternalError, $"A fault of Synapse: {error}", ExitCodes.Failed);
        }
    }
}
