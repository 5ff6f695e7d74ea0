using System.Diagnostics;

namespace Synapse.ModelGolden.Tests.TestSupport;

/// <summary>Runs a script of this folder with node.js and the libraries that <c>eng/setup/transformers.sh</c> installs.</summary>
internal static class Node
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The folder with <c>node_modules</c>; null when it is not complete.</summary>
    private static string? Libraries
        => (Environment.GetEnvironmentVariable("SYNAPSE_TRANSFORMERS_PREFIX")
            ?? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/tmp", ".cache", "synapse-transformers")) is var prefix
            && File.Exists(Path.Combine(prefix, ".complete")) ? prefix : null;

    /// <summary>Skips the test where the libraries are missing; with CI=true fails it.</summary>
    public static void SkipUnlessInstalled()
    {
        if (Libraries is null)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "Hugging Face's libraries are not installed: eng/setup/transformers.sh brings them.");
            Assert.Fail("Hugging Face's libraries are not installed.");
        }
    }

    /// <summary>Runs a script: its first argument is the folder with the libraries, then those given.</summary>
    /// <param name="script">Name of the file.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <returns>What it wrote to standard output.</returns>
    public static async Task<byte[]> RunAsync(string script, ReadOnlyMemory<byte> input, CancellationToken cancellationToken, params string[] arguments)
    {
        SkipUnlessInstalled();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ends.CancelAfter(Patience);
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Libraries,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "TestSupport", script), Libraries!, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        try
        {
            using var output = new MemoryStream();
            var reads = process.StandardOutput.BaseStream.CopyToAsync(output, ends.Token);
            var errors = process.StandardError.ReadToEndAsync(ends.Token);
            await process.StandardInput.BaseStream.WriteAsync(input, ends.Token);
            process.StandardInput.Close();
            await Task.WhenAll(reads, errors);
            await process.WaitForExitAsync(ends.Token);
            Assert.True(process.ExitCode == 0, $"{script} ended with {process.ExitCode}: {await errors}");
            return output.ToArray();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
