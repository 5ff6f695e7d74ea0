using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.Proxies;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.ReleaseFiles;
using Synapse.Server.Tests.TestSupport;
using Synapse.TinyModels;

namespace Synapse.Deployment.Tests.Releases;

/// <summary>What eng/release hands out is whole, is described, and works where nothing can be written and no .NET is installed.</summary>
public sealed class ReleaseTests(Release release) : IClassFixture<Release>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Checksums_are_those_of_all_files_and_sha256sum_agrees()
    {
        release.AssertMade();
        var listed = (await File.ReadAllLinesAsync(Path.Combine(release.Folder, Checksums.FileName), Token)).Select(line => line.Split("  ")[1]).ToArray();
        string[] expected =
        [
            $"synapse-{release.Version}-{Release.Runtime}.tar.gz", $"synapse-{release.Version}-{Release.Runtime}.tar.gz.cdx.json",
            $"synapse.{release.Version}.nupkg", $"synapse.{Release.Runtime}.{release.Version}.nupkg", $"synapse.{Release.Runtime}.{release.Version}.nupkg.cdx.json",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed);
        Assert.Equal(listed, Directory.EnumerateFiles(release.Folder).Select(path => Path.GetFileName(path)).Where(name => name != Checksums.FileName).Order(StringComparer.Ordinal));

        var (exitCode, output, errors) = await Tool.RunAsync(new Dictionary<string, string>(), release.Folder, null, "sha256sum", "--check", "--strict", Checksums.FileName);
        Assert.True(exitCode == 0, output + errors);
    }

    [Fact]
    public async Task The_archive_holds_one_program_with_its_licence_and_nothing_of_this_machine()
    {
        release.AssertMade();
        var entries = new List<(string Name, UnixFileMode Mode, long Seconds, int Owner)>();
        await using var file = File.OpenRead(release.Archive);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(unpacked);
        while (await tar.GetNextEntryAsync(cancellationToken: Token) is { } entry)
        {
            entries.Add((entry.Name, entry.Mode, entry.ModificationTime.ToUnixTimeSeconds(), entry.Uid));
        }

        var root = $"synapse-{release.Version}-{Release.Runtime}";
        Assert.Equal(["", "LICENSE", "README.md", "libe_sqlite3.so", "libonnxruntime.so", "libonnxruntime_providers_shared.so", "synapse"], entries.Select(entry => entry.Name[(root.Length + 1)..]));
        Assert.All(entries, entry => Assert.Equal((1_700_000_000, 0), (entry.Seconds, entry.Owner)));
        Assert.Equal([$"{root}/", $"{root}/synapse"], entries.Where(entry => entry.Mode.HasFlag(UnixFileMode.OtherExecute)).Select(entry => entry.Name));
        Assert.DoesNotContain(entries, entry => entry.Mode.HasFlag(UnixFileMode.OtherWrite));
    }

    [Fact]
    public async Task The_same_folder_gives_the_same_bytes_twice()
    {
        var folder = _folder.CreateFolder("a-1.0");
        _folder.Write("a-1.0/b", "b");
        _folder.Write("a-1.0/a", "a");
        foreach (var ending in new[] { ".tar.gz", ".zip" })
        {
            var (first, second) = (Path.Combine(_folder.Path, "first" + ending), Path.Combine(_folder.Path, "second" + ending));
            DeterministicArchive.Write(folder, first, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
            File.SetLastWriteTimeUtc(Path.Combine(folder, "a"), DateTime.UnixEpoch);
            DeterministicArchive.Write(folder, second, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
            Assert.Equal(SHA256.HashData(await File.ReadAllBytesAsync(first, Token)), SHA256.HashData(await File.ReadAllBytesAsync(second, Token)));
        }
    }

    [Fact]
    public void A_program_for_another_runtime_is_found()
    {
        release.AssertMade();
        var folder = Unpack();
        ExecutableCheck.Run(folder, Release.Runtime);
        Assert.Contains("and not for win-x64", Assert.Throws<InvalidDataException>(() => ExecutableCheck.Run(folder, "win-x64")).Message, StringComparison.Ordinal);
        Assert.Contains("and not for linux-riscv64", Assert.Throws<InvalidDataException>(() => ExecutableCheck.Run(folder, "linux-riscv64")).Message, StringComparison.Ordinal);
        Assert.Contains("which is not that of", Assert.Throws<InvalidDataException>(() => ExecutableCheck.Run(folder, Release.Runtime.Replace("linux-", "linux-musl-", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("synapse-{0}-{1}.tar.gz")]
    [InlineData("synapse.{1}.{0}.nupkg")]
    public async Task A_bill_of_materials_names_what_is_inside_with_licences_and_hashes(string pattern)
    {
        release.AssertMade();
        var artefact = Path.Combine(release.Folder, string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, release.Version, Release.Runtime));
        using var bill = JsonDocument.Parse(await File.ReadAllBytesAsync(artefact + ".cdx.json", Token));
        Assert.Equal(("CycloneDX", "1.6"), (bill.RootElement.GetProperty("bomFormat").GetString(), bill.RootElement.GetProperty("specVersion").GetString()));
        var hash = bill.RootElement.GetProperty("metadata").GetProperty("component").GetProperty("hashes")[0].GetProperty("content").GetString();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(artefact, Token))), hash);

        var components = bill.RootElement.GetProperty("components").EnumerateArray().ToDictionary(component => component.GetProperty("name").GetString()!);
        Assert.True(components.Count >= 40, $"Only {components.Count} components were seen.");
        Assert.Superset(new HashSet<string>(["Synapse", "Npgsql", "Microsoft.ML.OnnxRuntime", "SQLitePCLRaw.lib.e_sqlite3", "Microsoft.AspNetCore.App.Internal.Assets"]), components.Keys.ToHashSet());
        Assert.Equal(pattern.EndsWith(".gz", StringComparison.Ordinal), components.ContainsKey($"Microsoft.NETCore.App.Runtime.{Release.Runtime}"));
        Assert.DoesNotContain(components.Keys, name => name.StartsWith("xunit", StringComparison.Ordinal) || name.Contains("Analyzers", StringComparison.Ordinal));

        var packages = components.Values.Where(component => component.TryGetProperty("purl", out _)).ToArray();
        Assert.All(packages, package => Assert.Matches("^[0-9a-f]{128}$", package.GetProperty("hashes")[0].GetProperty("content").GetString()));
        Assert.All(components.Values, component => Assert.NotEmpty(component.GetProperty("licenses").EnumerateArray()));

        // Every edge leads to a part that is described.
        var known = components.Values.Select(component => component.GetProperty("bom-ref").GetString()).Append("artefact").ToHashSet();
        var edges = bill.RootElement.GetProperty("dependencies").EnumerateArray().SelectMany(node => node.GetProperty("dependsOn").EnumerateArray().Select(edge => edge.GetString()).Append(node.GetProperty("ref").GetString())).ToArray();
        Assert.True(edges.Length >= 100, $"Only {edges.Length} edges were seen.");
        Assert.Empty(edges.Except(known));
    }

    [Fact]
    public async Task The_program_works_from_a_folder_that_cannot_be_written_and_serves_its_page()
    {
        release.AssertMade();
        using var machine = ReadOnlyProgram.Mount(Unpack(), _folder);
        var program = machine.Path("synapse");
        _folder.Write("handbook/cats.md", "# Cats\n\nThe office cat is called Euler and sleeps on the printer.\n");
        var data = _folder.CreateFolder("data");

        Assert.StartsWith(release.Version, (await machine.RunAsync(program, "--version")).Output, StringComparison.Ordinal);
        var (exitCode, output, errors) = await machine.RunAsync(program, "ask", "Where does the office cat sleep?", Path.Combine(_folder.Path, "handbook"), "--data", data);
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("printer", output, StringComparison.Ordinal);

        var port = NginxProxy.FreePort();
        using var server = machine.Start(program, "serve", "--port", $"{port}", "--data", data);
        using var browser = new HttpClient(new SocketsHttpHandler { UseCookies = true }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        while ((await server.StandardOutput.ReadLineAsync(Token) ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync(Token))).Trim() is var line)
        {
            if (line.StartsWith("http://", StringComparison.Ordinal))
            {
                using var signedIn = await browser.GetAsync(new Uri(line.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)), Token);
                Assert.True(signedIn.IsSuccessStatusCode, $"{signedIn.StatusCode}");
                break;
            }
        }

        await ServedPage.AssertWholeAsync(browser, Token);
        server.Kill();
        await server.WaitForExitAsync(Token);
    }

    [Fact]
    public async Task Models_run_in_the_program_with_the_native_library_beside_it()
    {
        release.AssertMade();
        using var machine = ReadOnlyProgram.Mount(Unpack(), _folder);
        _folder.Write("handbook/cats.md", "# Cats\n\nThe office cat is called Euler and sleeps on the printer.\n");
        TinyModelFolder.WriteSentenceModel(_folder.CreateFolder("model"), new EncoderShape(1, 32, 2, 64, 128));
        machine.Environment["SYNAPSE__LOCALMODELS__EMBEDDING"] = Path.Combine(_folder.Path, "model");
        var (exitCode, output, errors) = await machine.RunAsync(machine.Path("synapse"), "search", "cat", Path.Combine(_folder.Path, "handbook"), "--data", _folder.CreateFolder("data"), "--explain");
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("cosine", output, StringComparison.Ordinal);
        Assert.Equal("", errors.Contains("model_runtime_missing", StringComparison.Ordinal) ? errors : "");
    }

    [Fact]
    public async Task The_tool_is_installed_from_the_folder_of_the_release_and_answers()
    {
        release.AssertMade();
        var tools = Path.Combine(_folder.Path, "tools");
        var environment = new Dictionary<string, string> { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1", ["NUGET_PACKAGES"] = Path.Combine(_folder.Path, "packages") };
        var installed = await Tool.RunAsync(environment, _folder.Path, null, "dotnet", "tool", "install", "--tool-path", tools, "--source", release.Folder, "synapse");
        Assert.True(installed.ExitCode == 0, installed.Output + installed.Errors);

        var text = await File.ReadAllTextAsync(Repository.Path("docs/privacy.md"), Token);
        _folder.Write("docs/privacy.md", text);
        var (exitCode, output, errors) = await Tool.RunAsync(environment, _folder.Path, null, Path.Combine(tools, "synapse"), "search", "ledger", Path.Combine(_folder.Path, "docs"), "--data", _folder.CreateFolder("data"));
        Assert.True(exitCode == 0, output + errors);
        Assert.Contains("privacy.md", output, StringComparison.Ordinal);
    }

    private string Unpack()
    {
        using var file = File.OpenRead(release.Archive);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(unpacked, _folder.CreateFolder("unpacked"), overwriteFiles: false);
        return Path.Combine(_folder.Path, "unpacked", $"synapse-{release.Version}-{Release.Runtime}");
    }
}
