using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Synapse.Architecture.Tests.Guards;

/// <summary>Who may open connections is decided in few places, and all of them are listed here. That the gate stops a build at all is seen in <see cref="AnalyzerGuardTests"/>.</summary>
public sealed partial class EgressGateTests
{
    private static readonly string[] s_leastBanned =
    [
        "M:System.Net.Http.HttpClient.#ctor", "T:System.Net.Http.SocketsHttpHandler", "T:System.Net.Http.HttpClientHandler", "T:System.Net.Sockets.Socket",
        "T:System.Net.Sockets.TcpClient", "T:System.Net.Sockets.UdpClient", "T:System.Net.Dns", "T:System.Net.WebRequest", "T:System.Net.WebClient",
        "T:System.Net.WebSockets.ClientWebSocket", "T:System.Net.NetworkInformation.Ping", "T:System.Net.Mail.SmtpClient", "T:System.Xml.XmlUrlResolver",
        "M:System.Diagnostics.Process.Start(System.Diagnostics.ProcessStartInfo)", "T:Azure.Identity.DefaultAzureCredential",
    ];

    [Fact]
    public void Only_the_egress_project_owns_sockets()
    {
        var projects = Repository.Files("src", "*.csproj");
        Assert.True(projects.Count >= 9, $"Only {projects.Count} projects were seen.");

        Assert.Equal(["src/Synapse.Egress/Synapse.Egress.csproj"], projects.Where(project => OwnsSockets(XDocument.Load(Repository.Path(project)))));
    }

    [Fact]
    public void The_gate_is_wired_into_every_project_that_does_not_own_sockets()
    {
        var item = XDocument.Load(Repository.Path("Directory.Build.props")).Descendants("AdditionalFiles")
            .Single(file => ((string?)file.Attribute("Include"))!.EndsWith("eng/BannedSymbols.Egress.txt", StringComparison.Ordinal));
        Assert.Equal("'$(OwnsSockets)' != 'true'", (string?)item.Attribute("Condition"));

        // A props file between the root and a project of the product would take its settings away, and so would an editor configuration.
        Assert.Empty(Repository.Files("src", "Directory.Build.*"));
        Assert.Empty(Repository.Files("src", ".editorconfig"));
        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", File.ReadAllText(Repository.Path(".editorconfig")), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_team_store_has_the_driver_of_a_database_and_only_its_connections_open_any()
    {
        var packages = Repository.Files("src", "*.csproj").Where(project => File.ReadAllText(Repository.Path(project)).Contains("Npgsql", StringComparison.Ordinal));
        Assert.Equal(["src/Synapse.Postgres/Synapse.Postgres.csproj"], packages);

        // Under the rule of the egress policy for databases. Whoever opens a connection by himself would be beside it.
        var sources = Repository.Files("src", "*.cs").Select(file => (File: file, Text: File.ReadAllText(Repository.Path(file)))).ToArray();
        Assert.All(sources.Where(source => source.Text.Contains("Npgsql", StringComparison.Ordinal)), source => Assert.StartsWith("src/Synapse.Postgres/", source.File, StringComparison.Ordinal));
        Assert.Equal(["src/Synapse.Postgres/Connections/StoreConnections.cs"], sources.Where(source => Opening().IsMatch(source.Text)).Select(source => source.File));
    }

    [Fact]
    public void Exemptions_from_banned_symbols_are_these_and_no_others()
    {
        var files = Repository.Files("src", "*.cs").Concat(Repository.Files("src", "*.razor")).Concat(Repository.Files("src", "*.csproj")).ToArray();
        Assert.True(files.Length >= 200, $"Only {files.Length} files were seen.");

        var exempt = files.Select(file => (file, Count: Exemption().Count(File.ReadAllText(Repository.Path(file))))).Where(each => each.Count > 0);
        Assert.Equal([("src/Synapse.Contracts/SynapseClient.cs", 2), ("src/Synapse.EmbeddingServer/Hosting/HealthProbe.cs", 1)], exempt);
    }

    [Fact]
    public void What_could_open_a_connection_is_banned()
    {
        var banned = File.ReadAllLines(Repository.Path("eng/BannedSymbols.Egress.txt")).Select(line => line.Split(';')[0]).ToHashSet();
        Assert.All(
            s_leastBanned,
            symbol => Assert.Contains(symbol, banned));
    }

    [GeneratedRegex(@"new Npgsql(Connection|DataSourceBuilder|SlimDataSourceBuilder)\(|NpgsqlDataSource\.Create")]
    private static partial Regex Opening();

    private static bool OwnsSockets(XDocument project) => project.Descendants("OwnsSockets").Any(property => property.Value.Trim() == "true");

    [GeneratedRegex(@"pragma warning disable[^\n]*RS0030|SuppressMessage[^\n]*RS0030|NoWarn[^\n]*RS0030")]
    private static partial Regex Exemption();
}
