using System.Runtime.InteropServices;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Releases;

/// <summary>A release for this machine, made once for all tests: without machine code, which takes longest to make and changes nothing but the speed of the start.</summary>
public sealed class Release : IAsyncLifetime
{
    private string? _errors;

    /// <summary>This machine's runtime.</summary>
    public static string Runtime { get; } = $"linux-{(RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64")}";

    /// <summary>The folder of the release.</summary>
    public string Folder { get; } = Path.Combine(Directory.CreateTempSubdirectory("synapse-release-").FullName, "release");

    /// <summary>The version.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Path of the archive of <c>synapse</c>.</summary>
    public string Archive => Path.Combine(Folder, $"synapse-{Version}-{Runtime}.tar.gz");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The release script is run on Linux.");
        var environment = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = "1700000000", ["MSBUILDDISABLENODEREUSE"] = "1", ["SYNAPSE_BUILD"] = "artifacts/release-test" };
        var (exitCode, output, errors) = await Tool.RunAsync(environment, Repository.Root, null, Repository.Path("eng/release"), "--not-compiled", "--program", "synapse", "--output", Folder, Runtime);
        _errors = exitCode == 0 ? null : output + errors;
        Version = Directory.EnumerateFiles(Folder, "synapse-*.tar.gz").Select(file => Path.GetFileName(file)["synapse-".Length..^$"-{Runtime}.tar.gz".Length]).FirstOrDefault("");
    }

    /// <summary>Fails the test when the release could not be made.</summary>
    public void AssertMade() => Assert.True(_errors is null, _errors);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);
        return ValueTask.CompletedTask;
    }
}
