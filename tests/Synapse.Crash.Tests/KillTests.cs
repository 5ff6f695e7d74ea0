using System.Diagnostics;
using System.Text;

namespace Synapse.Crash.Tests;

public sealed class KillTests : IDisposable
{
    private const int Kills = 50;
    private const string Finished = "finished";
    private readonly string _root = Directory.CreateTempSubdirectory("synapse-crash-").FullName;

    [Fact]
    public async Task Index_after_kills_at_any_moment_equals_that_of_an_undisturbed_run()
    {
        var random = new Random(20_260_303);
        var documents = Path.Combine(_root, "documents");
        var data = Path.Combine(_root, "data");
        WriteDocuments(documents, random, 120);
        var usual = Stopwatch.StartNew();
        Assert.Equal(Finished, await RunAsync(Path.Combine(_root, "warm-up"), documents, null));
        usual.Stop();

        var killed = 0;
        for (var round = 0; killed < Kills; round++)
        {
            Assert.True(round < 10 * Kills, "The process ends before it can be killed.");

            // Change something now and then, so that there is always work to be killed in: new, changed, removed and moved files.
            Change(documents, random, round);
            var delay = usual.Elapsed * random.NextDouble();
            killed += await RunAsync(data, documents, delay) is null ? 1 : 0;
        }

        Assert.Equal(Finished, await RunAsync(data, documents, null));
        Assert.Equal(Finished, await RunAsync(Path.Combine(_root, "undisturbed"), documents, null));
        var expected = await IndexDigest.OfAsync(Path.Combine(_root, "undisturbed"));
        var actual = await IndexDigest.OfAsync(data);

        Assert.InRange(expected.Length, 100_000, int.MaxValue);
        Assert.True(expected == actual, FirstDifference(expected, actual));
    }

    [Fact]
    public async Task What_was_embedded_before_a_kill_is_not_embedded_again_although_nothing_was_committed()
    {
        var (documents, data, log) = (Path.Combine(_root, "notes"), Path.Combine(_root, "kept"), Path.Combine(_root, "embedded.txt"));
        Directory.CreateDirectory(documents);
        Directory.CreateDirectory(data);
        for (var i = 0; i < 40; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(documents, $"{i:00}.txt"), $"note number {i}", TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(documents, "99.txt"), "stall", TestContext.Current.CancellationToken);
        using (var process = Process.Start(StartOf(data, documents, log))!)
        {
            Assert.Equal("stalled", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.DoesNotContain("document ", await IndexDigest.OfAsync(data), StringComparison.Ordinal);
        var before = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
        Assert.InRange(before.Length, 1, 40);

        await File.WriteAllTextAsync(log + ".go", "", TestContext.Current.CancellationToken);
        using (var process = Process.Start(StartOf(data, documents, log))!)
        {
            Assert.Equal(Finished, await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var all = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
        Assert.Equal(41, all.Length);
        Assert.Equal(41, all.Distinct(StringComparer.Ordinal).Count());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // Returns what the process said last, or null when it was killed before it ended.
    private static async Task<string?> RunAsync(string data, string documents, TimeSpan? killAfter)
    {
        Directory.CreateDirectory(data);
        using var process = Process.Start(StartOf(data, documents))!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (killAfter is { } delay)
        {
            var ended = process.WaitForExitAsync();
            if (await Task.WhenAny(ended, Task.Delay(delay)) != ended)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
        return process.ExitCode is 0 or 1 ? (await output).Trim() : null;
    }

    private static ProcessStartInfo StartOf(params string[] arguments)
        => new("dotnet", [Path.Combine(AppContext.BaseDirectory, "Synapse.Crash.Child.dll"), .. arguments]) { RedirectStandardOutput = true };

    private static void WriteDocuments(string root, Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Write(Path.Combine(root, $"folder{i % 7}", i % 2 == 0 ? $"notes{i}.md" : $"Class{i}.cs"), random, i);
        }
    }

    private static void Change(string root, Random random, int round)
    {
        var files = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        Write(files[random.Next(files.Length)], random, round);
        Write(Path.Combine(root, $"new{round % 5}", $"note{round}.md"), random, round);
        File.Delete(files[random.Next(files.Length)]);
        var moved = files[random.Next(files.Length)];
        if (File.Exists(moved))
        {
            File.Move(moved, Path.Combine(root, $"moved{round}{Path.GetExtension(moved)}"));
        }
    }

    private static void Write(string path, Random random, int seed)
    {
        string[] words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "the", "quick", "fox", "value", "heading"];
        var text = new StringBuilder();
        for (var part = 0; part < 6; part++)
        {
            var body = string.Join(' ', Enumerable.Range(0, 80).Select(_ => words[random.Next(words.Length)]));
            text.AppendLine(path.EndsWith(".md", StringComparison.Ordinal)
                ? $"# Heading {seed} {part}\n\n{body}\n"
                : $"class Class{part}\n{{\n    // {body}\n    void method{seed}() {{ }}\n}}\n");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ToString());
    }

    private static string FirstDifference(string expected, string actual)
    {
        var expectedLines = expected.Split('\n');
        var actualLines = actual.Split('\n');
        for (var i = 0; i < Math.Min(expectedLines.Length, actualLines.Length); i++)
        {
            if (expectedLines[i] != actualLines[i])
            {
                return $"line {i}\nexpected: {expectedLines[i]}\nactual:   {actualLines[i]}";
            }
        }

        return $"{expectedLines.Length} lines expected, {actualLines.Length} found";
    }
}
