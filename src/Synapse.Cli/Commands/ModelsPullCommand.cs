using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models pull</c>: fetches models from the hub.</summary>
internal static class ModelsPullCommand
{
    public static Command Create()
    {
        var names = ModelsCommand.Names("Names of the catalogue, or ids of the hub (OWNER/NAME).", ArgumentArity.OneOrMore);
        var revision = new Option<string?>("--revision") { Description = "Branch, tag or commit. Default: the commit of the lock, and 'main' the first time.", HelpName = "REV" };
        var update = new Option<bool>("--update") { Description = "Take what the revision names now, in place of what the lock holds." };
        var weights = new Option<string?>("--weights") { Description = "fp32, fp16 or int8, or the file of other weights. Default: those that are here, and fp32 the first time.", HelpName = "WEIGHTS" };
        var json = SharedOptions.Json();
        var command = new Command("pull",
            """
            Fetch models from the hub, or what is missing of them. A pull that was cut off, or killed, goes on where it stopped.

            Weights in ONNX and JSON and text files are taken, nothing that can hold a program. Each file is checked before it gets its name,
            and the model is put in its place when it is whole. The first pull writes a lock (commit, SHA-256 of every file); later ones hold to it,
            fetch what is damaged, and refuse other bytes, until --update says otherwise. Every request stands in 'synapse egress'.

            Of the weights that a hub has of a model, one file is taken: --weights chooses it, and adds it when the model is here already. The
            weights that came first run from then on; Synapse:LocalModels:EmbeddingWeights or RerankWeights chooses others.

            HF_ENDPOINT names another hub, HF_TOKEN is for gated models. In offline mode nothing is tried: see 'synapse models import'.

            Examples:
              synapse models pull all-MiniLM-L6-v2
              synapse models pull bge-small-en-v1.5 bge-reranker-base
              synapse models pull all-MiniLM-L6-v2 --weights int8
              synapse models pull someone/their-model --revision v2
            """)
        {
            names, revision, update, weights, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(names)!, parsed.GetValue(revision), parsed.GetValue(update), parsed.GetValue(weights), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        DataFolder dataFolder, string[] names, string? revision, bool update, string? weights, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var pulled = new List<PulledModelResponse>();
        foreach (var name in names)
        {
            var model = await PullAsync(connection.Client, new PullModelRequest(name, revision, update, weights), json, cancellationToken);
            pulled.Add(model);
            if (!json)
            {
                ModelPrinter.Print(model, new Terminal(Console.Out, Console.IsOutputRedirected));
            }
        }

        if (json)
        {
            JsonOutput.Write(new PullOutput(pulled), OutputJsonContext.Default.PullOutput);
        }

        return ExitCodes.Ok;
    }

    private static async Task<PulledModelResponse> PullAsync(SynapseClient client, PullModelRequest request, bool json, CancellationToken cancellationToken)
    {
        await using var line = new PullLine(request.Model, Console.IsErrorRedirected || json);
        PulledModelResponse? pulled = null;
        await foreach (var happened in client.PullModelAsync(request, cancellationToken))
        {
            line.Show(happened);
            pulled = happened.Completed;
        }

        return pulled ?? throw new SynapseApiException(0, ErrorCodes.InternalError, "The server ended the pull without a model.");
    }
}
