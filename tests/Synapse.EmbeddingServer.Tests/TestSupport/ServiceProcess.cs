using System.Diagnostics;
using Synapse.EmbeddingServer.Hosting;

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>The program as a process of its own.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process _process;

    public ServiceProcess(string currentFolder, (string Name, string Value)[] variables, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = currentFolder,
        };
        string[] all = ["exec", Path.Combine(AppContext.BaseDirectory, "synapse-embedding-server.dll"), .. arguments];
        Array.ForEach(all, start.ArgumentList.Add);

        // Settings of whoever runs the tests are none of theirs.
        foreach (var setting in ServiceSetting.All)
        {
            start.Environment.Remove(setting.Variable);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Waits for the end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        var (output, errors) = (_process.StandardOutput.ReadToEndAsync(Cancellation), _process.StandardError.ReadToEndAsync(Cancellation));
        await _process.WaitForExitAsync(Cancellation);
        return (_process.ExitCode, await output, await errors);
    }

    /// <summary>Reads what is logged up to a line that holds some words; null when the process ended before.</summary>
    public async Task<string?> ReadUntilAsync(string words)
    {
        while (await _process.StandardError.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.Contains(words, StringComparison.Ordinal))
            {
                return line;
            }
        }

        return null;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
