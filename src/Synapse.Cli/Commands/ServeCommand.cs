using System.CommandLine;
using Synapse.Cli.Output;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse serve</c>: the server, until it is stopped.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var folders = SharedOptions.Paths("folder", "Folders to index and watch, each as a collection of its own.", ArgumentArity.ZeroOrMore);
        var port = new Option<string?>("--port", "-p") { Description = "Port; 0 for any free one. Default: PORT, else 3000.", HelpName = "PORT" };
        var host = new Option<string?>("--host") { Description = "IP address to listen on: one of this machine, 0.0.0.0 for all of IPv4, * for all. Default: SYNAPSE_HOST, else loopback.", HelpName = "ADDRESS" };
        var command = new Command("serve",
            """
            Start the server with its web page and HTTP API, on this machine only unless --host says otherwise, and print a one-time sign-in link.

            The folders given, and those indexed before, are watched: a saved change is found a moment later.
            Stop it with Ctrl+C.

            Examples:
              synapse serve ~/notes ~/src/project
              synapse serve --port 8080 --data /srv/synapse
            """)
        {
            folders, port, host,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(SharedOptions.Data), parsed.GetValue(port), parsed.GetValue(host), parsed.GetValue(folders) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string? dataFolder, string? port, string? host, string[] folders, CancellationToken cancellationToken)
    {
        var options = ServerOptionsReader.Read(dataFolder, port, folders, host);
        await using var server = SynapseServer.Build(options);
        var address = await SynapseServer.StartAsync(server, cancellationToken);
        var link = await SynapseServer.CreateSignInLinkAsync(server, cancellationToken);
        var terminal = new Terminal(Console.Out, Console.IsOutputRedirected);
        var reach = options.IsLoopback ? "on this machine only" : $"on {options.Host}, without encryption: let only a proxy or a network that you trust reach it";
        terminal.Line($"Synapse listens on {terminal.Bold(address!)}, {reach}. Data: {options.DataFolder.Path}");
        terminal.Line($"Open this link to sign in; it works once, for {options.SignInLinkLifetime.TotalMinutes:0} minutes ('synapse sign-in' prints another):");
        terminal.Line($"  {link.Url}");
        terminal.Line("Stop with Ctrl+C.");
        await terminal.FlushAsync(cancellationToken);

        await SynapseServer.RunUntilStoppedAsync(server, cancellationToken);
        return ExitCodes.Ok;
    }
}
