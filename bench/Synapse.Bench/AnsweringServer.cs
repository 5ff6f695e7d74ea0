using Microsoft.Extensions.Logging;
using Synapse.Server.Hosting;

namespace Synapse.Bench;

/// <summary>The server as a process of its own that tells of its memory: <c>synapse serve</c> but for the lines that it reads.</summary>
internal static class AnsweringServer
{
    /// <summary>The command by which the benchmark starts it.</summary>
    public const string Command = "answering-server";

    /// <summary>Serves a data folder until the standard input ends. A line begins to watch the memory, the next one reports it.</summary>
    public static async Task RunAsync(string data, CancellationToken cancellationToken)
    {
        await using var app = SynapseServer.Build(new ServerOptions { DataFolder = new DataFolder(data), Port = 0, LogLevel = LogLevel.Warning });
        Console.WriteLine(await SynapseServer.StartAsync(app, cancellationToken));
        MemoryWatch? memory = null;
        while (await Console.In.ReadLineAsync(cancellationToken) is not null)
        {
            if (memory is null)
            {
                memory = MemoryWatch.Start();
            }
            else
            {
                memory.Report("streams, server");
                memory.Dispose();
                memory = null;
            }

            Console.WriteLine();
        }

        memory?.Dispose();
        await app.StopAsync(CancellationToken.None);
    }
}
