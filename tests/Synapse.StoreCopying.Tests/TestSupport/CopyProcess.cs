using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Synapse.StoreCopying.Tests.TestSupport;

/// <summary>The command line program as a process of its own.</summary>
internal sealed class CopyProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private CopyProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        _errors = ReadErrorsAsync();
    }

    /// <summary>Begins to copy.</summary>
    /// <param name="home">The data folder whose settings count, and the current folder.</param>
    /// <param name="passwordFile">What DATABASE_PASSWORD_FILE says; null for nothing.</param>
    /// <param name="arguments">Arguments behind <c>store copy</c>.</param>
    public static CopyProcess Start(string home, string? passwordFile, params string[] arguments)
        => Start(home, "DATABASE_PASSWORD_FILE", passwordFile, ["store", "copy", .. arguments]);

    /// <summary>Runs another command.</summary>
    /// <param name="home">The data folder, and the current folder.</param>
    /// <param name="database">What DATABASE_URL says.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static CopyProcess StartOther(string home, string database, params string[] arguments) => Start(home, "DATABASE_URL", database, arguments);

    /// <summary>Runs a command on a store.</summary>
    /// <param name="place">The store.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static CopyProcess StartAny(StorePlace place, params string[] arguments) => StartWrapped(place, [], arguments);

    /// <summary>Runs a command on a store in another program.</summary>
    /// <param name="place">The store.</param>
    /// <param name="wrapper">The program with its first arguments; the command follows.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public static CopyProcess StartWrapped(StorePlace place, string[] wrapper, params string[] arguments)
        => Start(place.Folder, "DATABASE_URL", place.Url.StartsWith("sqlite:", StringComparison.Ordinal) ? null : place.Url, arguments, wrapper);

    private static CopyProcess Start(string home, string variable, string? value, string[] arguments, params string[] wrapper)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        string[] whole = [.. wrapper, host, "exec", Path.Combine(AppContext.BaseDirectory, "Synapse.Cli.dll"), .. arguments];
        var start = new ProcessStartInfo(whole[0], whole[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        foreach (var ours in (string[])["DATABASE_URL", "DATABASE_PASSWORD_FILE", "SYNAPSE_OFFLINE"])
        {
            start.Environment.Remove(ours);
        }

        start.Environment["SYNAPSE_DATA"] = home;
        if (value is not null)
        {
            start.Environment[variable] = value;
        }

        return new CopyProcess(Process.Start(start)!);
    }

    /// <summary>Completes when something was committed, or when the process is at its end.</summary>
    public Task HasBegun => _begun.Task;

    /// <summary>Completes at the end of the process.</summary>
    public Task HasEnded => _process.WaitForExitAsync(TestContext.Current.CancellationToken);

    /// <summary>Ends it at once.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Stops it as Ctrl+C does.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for the end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> CompleteAsync()
    {
        await HasEnded;
        return (_process.ExitCode, await _output, await _errors);
    }

    /// <summary>Waits for the end of a run with <c>--json</c>.</summary>
    public async Task<(int ExitCode, JsonElement Json)> CompleteJsonAsync()
    {
        var (exitCode, output, _) = await CompleteAsync();
        return (exitCode, JsonDocument.Parse(output).RootElement);
    }

    public void Dispose() => _process.Dispose();

    private async Task<string> ReadErrorsAsync()
    {
        var errors = new List<string>();
        while (await _process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            errors.Add(line);
            if (line.StartsWith("Copying:", StringComparison.Ordinal) || line.StartsWith("Archiving:", StringComparison.Ordinal))
            {
                _begun.TrySetResult();
            }
        }

        _begun.TrySetResult();
        return string.Join('\n', errors);
    }
}
