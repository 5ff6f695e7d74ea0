using System.Diagnostics;
using System.Text.Json;

namespace Synapse.Server.Tests.TestSupport;

/// <summary>One run of the command line program as a process of its own.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Errors)
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Synapse.Cli.dll");

    /// <summary>The standard output as JSON; fails when it is anything else.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static async Task<CommandLineRun> StartAsync(string dataFolder, params string[] arguments)
    {
        using var process = Launch(dataFolder, arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return new CommandLineRun(process.ExitCode, await output, await errors);
    }

    public static Process Launch(string dataFolder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["SYNAPSE_DATA"] = dataFolder;
        start.Environment.Remove("PORT");
        return Process.Start(start)!;
    }
}
