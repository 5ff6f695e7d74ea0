using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Synapse.Deployment.Tests.Compose;

/// <summary>A Compose file of the repository: parsed, with variables put in, as the Compose specification says.</summary>
internal sealed partial class ComposeFile
{
    public const string Cloud = "docker-compose.yml";
    public const string Local = "docker-compose.local.yml";

    private readonly Dictionary<object, object> _root;

    private ComposeFile(string name, Dictionary<object, object> root)
    {
        Name = name;
        _root = root;
    }

    public static IReadOnlyList<string> Names { get; } = [Cloud, Local];

    public string Name { get; }

    public IReadOnlyList<ComposeService> Services
        => [.. Section("services").Select(pair => new ComposeService((string)pair.Key, (Dictionary<object, object>)pair.Value))];

    /// <summary>Reads a file of the repository.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="variables">What <c>.env</c> sets; what it does not set has its default.</param>
    public static ComposeFile Read(string name, IReadOnlyDictionary<string, string>? variables = null)
    {
        var parser = new MergingParser(new Parser(new StringReader(Text(name))));
        var root = (Dictionary<object, object>)new DeserializerBuilder().Build().Deserialize(parser)!;
        return new ComposeFile(name, (Dictionary<object, object>)Interpolate(root, variables ?? new Dictionary<string, string>()));
    }

    /// <summary>The variables that a file uses.</summary>
    public static IEnumerable<string> VariablesOf(string name) => Uses(name).Select(match => match.Groups["name"].Value).Distinct();

    /// <summary>The variables that a file uses, with their defaults.</summary>
    public static IEnumerable<(string Name, string Value)> DefaultsOf(string name) => Uses(name).Select(match => (match.Groups["name"].Value, match.Groups["default"].Value)).Distinct();

    /// <summary>A section of the whole file; empty when there is none.</summary>
    public Dictionary<object, object> Section(string name) => _root.TryGetValue(name, out var section) ? (Dictionary<object, object>)section : [];

    public ComposeService Service(string name) => Services.Single(service => service.Name == name);

    /// <summary>The file of a secret.</summary>
    public string SecretFile(string secret) => (string)((Dictionary<object, object>)Section("secrets")[secret])["file"];

    private static IEnumerable<Match> Uses(string name)
        => Text(name).Split('\n').Where(line => !line.TrimStart().StartsWith('#')).SelectMany(line => Use().Matches(line));

    private static string Text(string name) => File.ReadAllText(Repository.Path(name));

    private static object Interpolate(object node, IReadOnlyDictionary<string, string> variables) => node switch
    {
        Dictionary<object, object> map => map.ToDictionary(pair => pair.Key, pair => Interpolate(pair.Value, variables)),
        List<object> list => list.Select(item => Interpolate(item, variables)).ToList(),
        string text => Use().Replace(text, match => Value(match, variables)).Replace("$$", "$", StringComparison.Ordinal),
        _ => node ?? "",
    };

    // ":-" takes the default for what is empty, too.
    private static string Value(Match match, IReadOnlyDictionary<string, string> variables)
        => variables.TryGetValue(match.Groups["name"].Value, out var value) && value.Length > 0 ? value : match.Groups["default"].Value;

    [GeneratedRegex(@"(?<!\$)\$\{(?<name>[A-Z][A-Z0-9_]*)(:-(?<default>[^}]*))?\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Use();
}
