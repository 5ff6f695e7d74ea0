using System.CommandLine;
using System.Runtime.CompilerServices;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Server.Hosting;
using Synapse.Telemetry;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse doctor</c>: what is wrong with the store and the providers, and how to mend it.</summary>
internal static class DoctorCommand
{
    private const string Waiting = "waiting";
    private const string Failed = "failed";

    public static Command Create()
    {
        var provider = new Argument<string?>("provider")
        {
            Description = "Name of a configured provider, or 'openai', 'azure' or 'local' for all of that kind. Without it, all are checked.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        provider.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] } token])
            {
                result.AddError($"There is no option '{token.Value}'.");
            }
        });
        var json = SharedOptions.Json();
        var command = new Command("doctor",
            """
            Check the store and the configured model providers step by step, by using each as it will be used, and name what is wrong and what to do.

            A check costs a few tokens. Without any provider, the models of this process are checked.

            Examples:
              synapse doctor
              synapse doctor azure
              synapse doctor local-chat --json
            """)
        {
            provider, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(provider), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string? provider, bool json, CancellationToken cancellationToken)
    {
        var printer = json ? null : new DiagnosisPrinter(new Terminal(Console.Out, Console.IsOutputRedirected));
        var steps = new List<DiagnosisStepResponse>();
        await foreach (var step in DiagnoseAsync(dataFolder, provider, cancellationToken))
        {
            if (printer is not null)
            {
                await printer.PrintAsync(step, cancellationToken);
            }

            if (step.Outcome != Waiting)
            {
                steps.Add(step);
            }
        }

        var healthy = steps.TrueForAll(step => step.Outcome != Failed);
        if (printer is null)
        {
            JsonOutput.Write(new DiagnosisResponse(healthy, steps), OutputJsonContext.Default.DiagnosisResponse);
        }
        else
        {
            await printer.PrintSumAsync(steps, cancellationToken);
        }

        return healthy ? ExitCodes.Ok : ExitCodes.NotFound;
    }

    private static async IAsyncEnumerable<DiagnosisStepResponse> DiagnoseAsync(DataFolder dataFolder, string? provider, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ServerConnection? connection = null;
        DiagnosisStepResponse? unopened = null;
        try
        {
            connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        }
        catch (SynapseException fault) when (fault.Code.StartsWith("store_", StringComparison.Ordinal))
        {
            // Nothing runs without a store, and what is wrong with it is a finding like others.
            unopened = new DiagnosisStepResponse(StoreFindings.Subject, "server", Failed, fault.Code, fault.Message, null, 0);
        }

        if (unopened is not null)
        {
            yield return unopened;
            yield break;
        }

        await using (connection)
        {
            await foreach (var step in connection!.Client.DiagnoseAsync(new DiagnosisRequest(provider), cancellationToken))
            {
                yield return step;
            }
        }
    }
}
