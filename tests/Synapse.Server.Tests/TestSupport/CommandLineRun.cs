using System.Diagnostics;
using System.Text.Json;
using Synapse.Providers.Configuration;
using Synapse.Server.Hosting;

namespace Synapse.Server.Tests.TestSupport;

/// <summary>One run of the command line program as a process of its own.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Errors)
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Synapse.Cli.dll");

    /// <summary>The program that runs programs.</summary>
    public static string Dotnet => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>The standard output as JSON; fails when it is anything else.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static Task<CommandLineRun> StartAsync(string dataFolder, params string[] arguments) => StartInAsync(Path.GetTempPath(), dataFolder, arguments);

    /// <summary>Runs in a current folder of one's own, whose <c>.env</c> counts.</summary>
    public static Task<CommandLineRun> StartInAsync(string currentFolder, string? dataFolder, params string[] arguments)
        => CompleteAsync(Describe(currentFolder, dataFolder, arguments));

    /// <summary>Starts what is described, and waits for its end.</summary>
    public static async Task<CommandLineRun> CompleteAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
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

    public static Process Launch(string dataFolder, params string[] arguments) => Process.Start(Describe(Path.GetTempPath(), dataFolder, arguments))!;

    /// <summary>Starts the program in a current folder of one's own, and leaves it running.</summary>
    public static Process LaunchIn(string currentFolder, string dataFolder, params string[] arguments) => Process.Start(Describe(currentFolder, dataFolder, arguments))!;

    /// <summary>How the program is started, with none of the settings of whoever runs the tests.</summary>
    public static ProcessStartInfo Describe(string currentFolder, string? dataFolder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Dotnet, ["exec", Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = currentFolder,
        };

        // Keys of whoever runs the tests are none of theirs.
        foreach (var variable in SettingNames.Variables.Concat(ServerVariables.All))
        {
            start.Environment.Remove(variable);
        }

        if (dataFolder is not null)
        {
            start.Environment["SYNAPSE_DATA"] = dataFolder;
        }

        return start;
    }
}
