using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Synapse.Architecture.Tests.Guards;

/// <summary>The build's guards are seen to fail: one file of planted faults per guard is compiled under the very settings of the product.</summary>
public sealed partial class AnalyzerGuardTests
{
    private const string Folder = "tests/Synapse.Architecture.Tests/Guards/PlantedFaults";

    [Fact]
    public async Task Every_planted_fault_stops_the_build_with_its_own_diagnostic_and_a_clean_file_does_not()
    {
        var plants = Repository.Files(Folder, "*.cs.txt");
        Assert.True(plants.Count >= 17, $"Only {plants.Count} planted faults were seen.");

        // The compiler writes documentation only for code without errors, so the undocumented type is built apart.
        await AssertStoppedAsync("documentation", plants.Where(IsAboutDocumentation), TestContext.Current.CancellationToken);
        await AssertStoppedAsync("code", plants.Where(plant => !IsAboutDocumentation(plant)), TestContext.Current.CancellationToken);
    }

    private static bool IsAboutDocumentation(string plant) => plant.Contains("CS1591", StringComparison.Ordinal);

    private static async Task AssertStoppedAsync(string name, IEnumerable<string> plants, CancellationToken cancellationToken)
    {
        var scratch = Repository.Path($"artifacts/planted-faults/{name}");
        if (Directory.Exists(scratch))
        {
            Directory.Delete(scratch, recursive: true);
        }

        Directory.CreateDirectory(scratch);
        await File.WriteAllTextAsync(System.IO.Path.Combine(scratch, "Planted.csproj"), Project, cancellationToken);
        var files = plants.Select(plant => System.IO.Path.GetFileNameWithoutExtension(plant)).ToArray();
        foreach (var file in files)
        {
            File.Copy(Repository.Path($"{Folder}/{file}.txt"), System.IO.Path.Combine(scratch, file));
        }

        var output = await BuildAsync(scratch, cancellationToken);

        var found = Diagnostic().Matches(output).Select(match => (File: match.Groups["file"].Value, Id: match.Groups["id"].Value)).ToHashSet();
        foreach (var file in files)
        {
            var expected = file.Split('_', '.')[0];
            if (expected == "Clean")
            {
                Assert.DoesNotContain(found, diagnostic => diagnostic.File == file);
            }
            else
            {
                Assert.True(found.Contains((file, expected)), $"{file} was not stopped by {expected}. The build said:\n{output}");
            }
        }
    }

    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><RestorePackagesWithLockFile>false</RestorePackagesWithLockFile><RestoreLockedMode>false</RestoreLockedMode></PropertyGroup>
          <ItemGroup>
            <Compile Include="$(MSBuildProjectDirectory)/*.cs" />
            <PackageReference Include="Microsoft.Extensions.Logging.Abstractions" />
          </ItemGroup>
        </Project>
        """;

    private static async Task<string> BuildAsync(string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", ["build", "-c", "Release", "-nodeReuse:false", "-tl:off"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.NotEqual(0, process.ExitCode);
        return output + await error;
    }

    [GeneratedRegex(@"(?<file>\w+\.cs)\(\d+,\d+\): error (?<id>[A-Z]+\d+)")]
    private static partial Regex Diagnostic();
}
