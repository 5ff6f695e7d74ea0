using System.Diagnostics;

namespace Synapse.Deployment.Tests.TestSupport;

/// <summary>A program that checks files of the deployments.</summary>
internal static class Tool
{
    private const string Prefix = "/opt/synapse-deployment";

    /// <summary>The path of a program that eng/setup/deployment.sh installs. Skips the test without it; in CI, fails it.</summary>
    public static string Require(string name)
        => Required(Path.Combine(Environment.GetEnvironmentVariable("SYNAPSE_DEPLOY_PREFIX") ?? Prefix, "bin", name), $"{name} is not installed: eng/setup/deployment.sh brings it.");

    /// <summary>A file that has to be there. Skips the test without it; in CI, fails it.</summary>
    public static string Required(string path, string missing)
    {
        if (!File.Exists(path))
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", missing);
            Assert.Fail(missing);
        }

        return path;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="environment">Its whole environment, but for PATH and HOME where they are not in it.</param>
    /// <param name="folder">Its current folder.</param>
    /// <param name="input">What it reads; nothing when null.</param>
    /// <param name="command">Program and arguments.</param>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IReadOnlyDictionary<string, string> environment, string folder, string? input, params string[] command)
    {
        using var process = Process.Start(Describe(environment, folder, command))!;
        var cancellation = TestContext.Current.CancellationToken;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
            await process.StandardInput.WriteAsync(input ?? "");
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>How a program is started with nothing of the environment of whoever runs the tests.</summary>
    public static ProcessStartInfo Describe(IReadOnlyDictionary<string, string> environment, string folder, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        var (path, home) = (Environment.GetEnvironmentVariable("PATH"), Environment.GetEnvironmentVariable("HOME"));
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["HOME"] = home;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
