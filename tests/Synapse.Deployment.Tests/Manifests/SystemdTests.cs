using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Providers.Configuration;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Manifests;

/// <summary>systemd itself reads the unit, and finds it well confined. No service manager has to run for that.</summary>
public sealed class SystemdTests : IDisposable
{
    private const string Analyze = "/usr/bin/systemd-analyze";

    // Of 100, as systemd-analyze counts it; up to 20 it calls a service OK. Lower is better.
    private const int MostExposure = 20;

    private readonly TemporaryFolder _folder = new();

    private static string Unit => File.ReadAllText(Repository.Path("deploy/systemd/synapse.service"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_unit_has_no_fault_and_little_exposure()
    {
        Tool.Required(Analyze, "systemd-analyze is not installed.");
        var unit = Write(Unit);
        var verified = await Tool.RunAsync(new Dictionary<string, string>(), _folder.Path, null, Analyze, "verify", "--man=no", unit);
        Assert.Equal((0, ""), (verified.ExitCode, verified.Output + verified.Errors));

        var judged = await Tool.RunAsync(new Dictionary<string, string>(), _folder.Path, null, Analyze, "security", "--offline=yes", "--no-pager", $"--threshold={MostExposure}", unit);
        Assert.True(judged.ExitCode == 0, judged.Output);
        Assert.Contains("Overall exposure level", judged.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_in_a_unit_is_found()
    {
        Tool.Required(Analyze, "systemd-analyze is not installed.");
        var planted = await Tool.RunAsync(new Dictionary<string, string>(), _folder.Path, null, Analyze, "verify", "--man=no", Write(Unit.Replace("ProtectClock", "ProtektClock", StringComparison.Ordinal)));
        Assert.Contains("ProtektClock", planted.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void It_starts_the_server_with_settings_that_it_knows()
    {
        Assert.Contains("ExecStart=/usr/local/lib/synapse/synapse serve /srv/documents\n", Unit, StringComparison.Ordinal);
        var settings = Unit.Split('\n').Single(line => line.StartsWith("Environment=", StringComparison.Ordinal))["Environment=".Length..].Split(' ').Select(pair => pair.Split('=')[0]);
        Assert.Empty(settings.Except(SettingNames.Variables.Concat(ServerVariables.All)).Except(["DOTNET_EnableDiagnostics"]));
    }

    // The program need not be installed where the unit is only read.
    private string Write(string unit) => _folder.Write("synapse.service", unit.Replace("/usr/local/lib/synapse/synapse", "/bin/true", StringComparison.Ordinal));
}
