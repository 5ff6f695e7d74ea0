using System.Xml.Linq;

namespace Synapse.Architecture.Tests;

/// <summary>The walls: which project may reference which, and which packages the core may see (ARCHITECTURE.md).</summary>
public sealed class ProjectArrowTests
{
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["Synapse.Contracts"] = [],
        ["Synapse"] = [],
        ["Synapse.Egress"] = ["Synapse"],
        ["Synapse.EmbeddingServer"] = ["Synapse", "Synapse.LocalModels"],
        ["Synapse.LocalModels"] = ["Synapse"],
        ["Synapse.Postgres"] = ["Synapse"],
        ["Synapse.Providers"] = ["Synapse"],
        ["Synapse.Sqlite"] = ["Synapse"],
        ["Synapse.Web"] = ["Synapse"],
        ["Synapse.Server"] = ["Synapse", "Synapse.Contracts", "Synapse.Egress", "Synapse.LocalModels", "Synapse.Postgres", "Synapse.Providers", "Synapse.Sqlite", "Synapse.Web"],
        ["Synapse.Cli"] = ["Synapse.Contracts", "Synapse.Server"],
    };

    private static readonly string[] AllowedCorePackages =
    [
        "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Logging.Abstractions",
        "Microsoft.Extensions.Options",
        "Microsoft.Extensions.Options.DataAnnotations",
        "Microsoft.Extensions.Options.ConfigurationExtensions",
        "Microsoft.Extensions.AI.Abstractions",
        "Microsoft.ML.Tokenizers",
        "System.Numerics.Tensors",
    ];

    private static readonly string[] AllowedContractsPackages = [];

    [Fact]
    public void Every_project_is_in_the_table_and_references_only_what_the_table_allows()
    {
        var projects = Repository.Files("src", "*.csproj");
        Assert.True(projects.Count >= AllowedReferences.Count, $"Only {projects.Count} projects were seen.");

        Assert.Empty(Violations(projects.Select(project => (System.IO.Path.GetFileNameWithoutExtension(project), XDocument.Load(Repository.Path(project))))));
    }

    [Fact]
    public void A_project_that_sees_over_a_wall_is_reported()
    {
        var planted = XDocument.Parse("""
            <Project>
              <ItemGroup>
                <ProjectReference Include="../Synapse.Sqlite/Synapse.Sqlite.csproj" />
                <PackageReference Include="Microsoft.Data.Sqlite" />
                <FrameworkReference Include="Microsoft.AspNetCore.App" />
              </ItemGroup>
            </Project>
            """);

        Assert.Equal(3, Violations([("Synapse", planted)]).Count);
        Assert.Single(Violations([("Synapse.Unlisted", planted)]));
    }

    private static List<string> Violations(IEnumerable<(string Name, XDocument Project)> projects)
    {
        var violations = new List<string>();
        foreach (var (name, project) in projects)
        {
            if (!AllowedReferences.TryGetValue(name, out var allowed))
            {
                violations.Add($"{name} is not in the table of projects");
                continue;
            }

            violations.AddRange(Includes(project, "ProjectReference")
                .Select(path => System.IO.Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
                .Where(reference => !allowed.Contains(reference))
                .Select(reference => $"{name} references {reference}"));

            var packages = name switch { "Synapse" => AllowedCorePackages, "Synapse.Contracts" => AllowedContractsPackages, _ => null };
            if (packages is not null)
            {
                violations.AddRange(Includes(project, "PackageReference").Where(package => !packages.Contains(package)).Select(package => $"{name} uses the package {package}"));
                violations.AddRange(Includes(project, "FrameworkReference").Select(framework => $"{name} uses the framework {framework}"));
            }
        }

        return violations;
    }

    private static IEnumerable<string> Includes(XDocument project, string element)
        => project.Descendants(element).Select(item => (string?)item.Attribute("Include")).OfType<string>();
}
