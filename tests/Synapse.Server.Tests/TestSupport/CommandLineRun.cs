using System.Diagnostics;
using System.Text.Json;
using Synapse.Providers.Configuration;

namespace Synapse.Server.Tests.TestSupport;

/// <summary>One run of the command line program as a process of its own.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Errors)
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Synapse.Cli.dll");

    /// <summary>The standard output as JSON; fails when it is anything else.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static Task<CommandLineRun> StartAsync(string dataFolder, params string[] arguments) => StartInAsync(Path.GetTempPath(), dataFolder, arguments);

    /// <summary>Runs in a current folder of one's own, whose <c>.env</c> counts.</summary>
    public static async Task<CommandLineRun> StartInAsync(string currentFolder, string? dataFolder, params string[] arguments)
    {
        using var process = LaunchIn(currentFolder, dataFolder, arguments);
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

    public static Process Launch(string dataFolder, params string[] arguments) => LaunchIn(Path.GetTempPath(), dataFolder, arguments);

    private static Process LaunchIn(string currentFolder, string? dataFolder, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = currentFolder,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // Keys of whoever runs the tests are none of theirs.
        foreach (var variable in SettingNames.Variables.Append("PORT").Append("SYNAPSE_DATA"))
        {
            start.Environment.Remove(variable);
        }

        if (dataFolder is not null)
        {
            start.Environment["SYNAPSE_DATA"] = dataFolder;
        }

        return Process.Start(start)!;
    }
}
