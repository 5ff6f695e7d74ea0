using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Providers.Configuration;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Manifests;

/// <summary>Azure's own compiler takes the template without a warning, and what comes out is the deployment that the guide describes.</summary>
public sealed partial class BicepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_template_compiles_without_a_warning_into_what_the_guide_describes()
    {
        var (exitCode, output, errors) = await CompileAsync(Repository.Path("deploy/azure/main.bicep"));
        Assert.Equal((0, "", ""), (exitCode, output, errors));
        var template = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.Path, "main.json"), TestContext.Current.CancellationToken)).RootElement;
        var resources = template.GetProperty("resources").EnumerateArray().ToArray();
        string[] types = [.. resources.Select(resource => resource.GetProperty("type").GetString()!)];
        Assert.Superset(
            new HashSet<string>
            {
                "Microsoft.App/containerApps", "Microsoft.App/managedEnvironments", "Microsoft.DBforPostgreSQL/flexibleServers", "Microsoft.CognitiveServices/accounts",
                "Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Network/privateEndpoints", "Microsoft.Network/virtualNetworks",
            },
            types.ToHashSet());
        Assert.Equal(2, types.Count(type => type == "Microsoft.CognitiveServices/accounts/deployments"));
        Assert.Equal(2, types.Count(type => type == "Microsoft.Authorization/roleAssignments"));

        var openAI = resources.Single(resource => resource.GetProperty("type").GetString() == "Microsoft.CognitiveServices/accounts").GetProperty("properties");
        Assert.True(openAI.GetProperty("disableLocalAuth").GetBoolean());
        var extensions = resources.Single(resource => resource.GetProperty("type").GetString() == "Microsoft.DBforPostgreSQL/flexibleServers/configurations");
        Assert.Equal("VECTOR", extensions.GetProperty("properties").GetProperty("value").GetString());
        foreach (var secret in (string[])["databasePassword", "apiToken"])
        {
            Assert.Equal("securestring", template.GetProperty("parameters").GetProperty(secret).GetProperty("type").GetString(), ignoreCase: true);
        }
    }

    [Fact]
    public void The_server_gets_settings_that_it_knows_and_its_secrets_as_files()
    {
        var text = File.ReadAllText(Repository.Path("deploy/azure/main.bicep"));
        var settings = Setting().Matches(text).Select(match => match.Groups["name"].Value).ToArray();
        Assert.True(settings.Length >= 10, $"Only {settings.Length} settings were seen.");
        Assert.Empty(settings.Except(SettingNames.Variables.Concat(ServerVariables.All)));
        Assert.Contains("AZURE_OPENAI_USE_ENTRA", settings);
        Assert.DoesNotContain(settings, name => name.EndsWith("_KEY", StringComparison.Ordinal) || name.EndsWith("_SECRET", StringComparison.Ordinal));
        Assert.Equal(3, Regex.Count(text, @"name: 'Host', value: 'localhost'", RegexOptions.NonBacktracking));
    }

    [Fact]
    public async Task A_fault_in_a_template_is_found()
    {
        var planted = _folder.Write("planted.bicep", "param name string\nresource x 'Microsoft.App/containerApps@2024-03-01' = {\n  name: name\n  locatoin: 'x'\n}\n");
        Assert.Contains("locatoin", (await CompileAsync(planted)).Errors, StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Output, string Errors)> CompileAsync(string file)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, "The compiler's package is for Linux on x64.");
        var compiler = Tool.Required(typeof(BicepTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "BicepCompiler").Value!, "The compiler of Bicep is not there.");
        var own = Path.Combine(_folder.Path, "bicep");
        if (!File.Exists(own))
        {
            // Packages do not keep that a file is a program.
            File.Copy(compiler, own);
            File.SetUnixFileMode(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var environment = new Dictionary<string, string> { ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1", ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = _folder.CreateFolder("extracted") };
        return await Tool.RunAsync(environment, _folder.Path, null, own, "build", file, "--outfile", Path.Combine(_folder.Path, "main.json"));
    }

    [GeneratedRegex(@"\{ name: '(?<name>[A-Z][A-Z0-9_]+)', value:")]
    private static partial Regex Setting();
}
