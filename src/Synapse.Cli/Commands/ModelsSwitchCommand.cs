using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models switch</c>: switches a collection to another embedding model while it is searched.</summary>
internal static class ModelsSwitchCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("switch",
            """
            Switch a collection to another embedding model, without any time in which it cannot be searched.

            Every document is embedded with the new model beside the old one. Then the same questions are asked with both, and when the new
            model finds no worse, searches change over in one commit. The old embeddings are kept until 'end': 'back' returns to them at once.
            A switch that was stopped or killed goes on by itself, in a running server or the next command.

            Both models have to be configured while it lasts. Without a command below, this shows the embedding models there are and the
            switches that are open.

            Examples:
              synapse models switch
              synapse models switch estimate handbook text-embedding-3-large
              synapse models switch start handbook text-embedding-3-large
              synapse models switch back handbook
              synapse models switch end handbook
            """)
        {
            json,
            CreateEstimate(),
            CreateStart(),
            CreateChange(
                "accept", "switch", "Let searches use the new model, whatever was measured.", "It waits until every document is embedded.", static now => now.State == "switched"),
            CreateChange(
                "back", "return", "Go back to the old model.", "It waits until documents that came since are embedded with the old model too.", static now => now.State != "switched"),
            CreateChange("hold", "hold", "Let searches stay with the model they use, until 'accept' or 'back'.", "Documents that come are embedded with both models.", static _ => true),
            CreateEnd(),
            ModelsSwitchQuestionsCommand.Create(),
        };
        command.SetAction((parsed, cancellationToken) => ListAsync(SharedOptions.DataFolderOf(parsed), parsed.GetValue(json), cancellationToken));
        return command;
    }

    /// <summary>Makes the argument for the collection.</summary>
    public static Argument<string> Collection() => new("collection") { Description = "The collection, as 'synapse status' shows it." };

    private static Argument<string> Model() => new("model") { Description = "The embedding model, as 'synapse models switch' lists it." };

    private static Command CreateEstimate()
    {
        var (collection, model, json) = (Collection(), Model(), SharedOptions.Json());
        var command = new Command("estimate",
            """
            Tell what a switch takes: chunks, tokens, time and money. Nothing is stored, and nothing is sent to a provider outside this machine and its private network.

            Example:
              synapse models switch estimate handbook text-embedding-3-large
            """)
        {
            collection, model, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var connection = await ServerConnection.OpenAsync(SharedOptions.DataFolderOf(parsed), cancellationToken);
            var estimate = await connection.Client.EstimateSwitchAsync(parsed.GetRequiredValue(collection), new(parsed.GetRequiredValue(model)), cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(estimate, OutputJsonContext.Default.SwitchEstimateResponse);
            }
            else
            {
                SwitchPrinter.Print(estimate, Out());
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command CreateStart()
    {
        var (collection, model, json) = (Collection(), Model(), SharedOptions.Json());
        var hold = new Option<bool>("--hold") { Description = "Do not change over when all is embedded and measured; wait for 'accept'." };
        var force = new Option<bool>("--force") { Description = "Change over when all is embedded, whatever is measured." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask before it begins." };
        var noWait = new Option<bool>("--no-wait") { Description = "Return when it has begun. A running server goes on with it." };
        var command = new Command("start",
            """
            Show what the switch takes, ask, and begin it. Searches go on as before all the while.

            It ends when searches use the new model, or when measuring found it to be worse: then 'accept' changes over all the same, and 'end' gives it up.

            Examples:
              synapse models switch start handbook text-embedding-3-large
              synapse models switch start handbook bge-small-en-v1.5 --hold --yes
            """)
        {
            collection, model, hold, force, yes, noWait, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(hold) && result.GetValue(force))
            {
                result.AddError("--hold and --force contradict each other. Give one of them.");
            }

            if (!result.GetValue(yes) && (Console.IsInputRedirected || result.GetValue(json)))
            {
                result.AddError("Nobody can be asked here. Look at 'synapse models switch estimate' first, then give --yes.");
            }
        });
        command.SetAction((parsed, cancellationToken) => StartAsync(
            SharedOptions.DataFolderOf(parsed),
            parsed.GetRequiredValue(collection),
            new StartSwitchRequest(parsed.GetRequiredValue(model), parsed.GetValue(hold) ? "hold" : parsed.GetValue(force) ? "switch" : "good"),
            parsed.GetValue(yes),
            parsed.GetValue(noWait),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static Command CreateChange(string name, string wish, string description, string detail, Func<ModelSwitchResponse, bool> isDone)
    {
        var (collection, json) = (Collection(), SharedOptions.Json());
        var command = new Command(
            name,
            $"""
            {description} {detail}

            Example:
              synapse models switch {name} handbook
            """)
        {
            collection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var connection = await ServerConnection.OpenAsync(SharedOptions.DataFolderOf(parsed), cancellationToken);
            var changed = await connection.Client.ChangeSwitchAsync(parsed.GetRequiredValue(collection), new(wish), cancellationToken);
            return Print(await FollowAsync(connection.Client, changed, isDone, parsed.GetValue(json), cancellationToken), parsed.GetValue(json));
        });
        return command;
    }

    private static Command CreateEnd()
    {
        var (collection, json) = (Collection(), SharedOptions.Json());
        var command = new Command("end",
            """
            End a switch: the embeddings that searches do not use are removed. After it there is no way back but another switch.

            Before searches use the new model, this gives the switch up.

            Example:
              synapse models switch end handbook
            """)
        {
            collection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var connection = await ServerConnection.OpenAsync(SharedOptions.DataFolderOf(parsed), cancellationToken);
            var name = parsed.GetRequiredValue(collection);
            var last = await connection.Client.GetSwitchAsync(name, cancellationToken);
            await connection.Client.EndSwitchAsync(name, cancellationToken);
            await FollowAsync(connection.Client, last, static _ => false, parsed.GetValue(json), cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(new EndedSwitchOutput(last.Collection, last.SearchedModel), OutputJsonContext.Default.EndedSwitchOutput);
            }
            else
            {
                Out().Line($"{Out().Bold(Terminal.Clean(last.Collection))} stays with '{Terminal.Clean(last.SearchedModel)}'. The other embeddings are removed.");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<int> ListAsync(DataFolder dataFolder, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var models = (await connection.Client.ListEmbeddingModelsAsync(cancellationToken)).Models;
        var switches = (await connection.Client.ListSwitchesAsync(cancellationToken)).Switches;
        if (json)
        {
            JsonOutput.Write(new SwitchesOutput(models, switches), OutputJsonContext.Default.SwitchesOutput);
        }
        else
        {
            SwitchPrinter.Print(models, switches, Out());
        }

        return ExitCodes.Ok;
    }

    private static async Task<int> StartAsync(
        DataFolder dataFolder, string collection, StartSwitchRequest request, bool yes, bool noWait, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var estimate = await connection.Client.EstimateSwitchAsync(collection, new(request.Model), cancellationToken);
        if (!json)
        {
            SwitchPrinter.Print(estimate, Out());
        }

        if (!yes && !await AskAsync(cancellationToken))
        {
            return new ErrorReport(json).Write(ErrorCodes.Cancelled, "Nothing was begun.", ExitCodes.Cancelled);
        }

        var begun = await connection.Client.StartSwitchAsync(collection, request, cancellationToken);
        return Print(noWait ? begun : await FollowAsync(connection.Client, begun, IsAtRest, json, cancellationToken), json);
    }

    private static bool IsAtRest(ModelSwitchResponse now)
        => now.State == "switched" || (now.State == "ready" && (now.Wish == "hold" || (now.Wish == "good" && now.Comparison is { IsGood: false })));

    private static async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        await Console.Error.WriteAsync("Begin? [y/N] ".AsMemory(), cancellationToken);
        var answer = await Task.Run(Console.ReadLine, cancellationToken).WaitAsync(cancellationToken);
        return answer is "y" or "Y" or "yes";
    }

    // What is gone has ended.
    private static async Task<ModelSwitchResponse> FollowAsync(
        SynapseClient client, ModelSwitchResponse begun, Func<ModelSwitchResponse, bool> isDone, bool json, CancellationToken cancellationToken)
    {
        var now = begun;
        await using var line = new SwitchLine(begun.Collection, Console.IsErrorRedirected || json);
        while (!isDone(now))
        {
            line.Show(now);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
            try
            {
                now = await client.GetSwitchAsync(begun.Collection, cancellationToken);
            }
            catch (SynapseApiException ended) when (ended.Code == "switch_not_found")
            {
                return now;
            }
        }

        return now;
    }

    private static int Print(ModelSwitchResponse now, bool json)
    {
        if (json)
        {
            JsonOutput.Write(now, OutputJsonContext.Default.ModelSwitchResponse);
        }
        else
        {
            SwitchPrinter.Print(now, Out());
        }

        return ExitCodes.Ok;
    }

    private static Terminal Out() => new(Console.Out, Console.IsOutputRedirected);
}
