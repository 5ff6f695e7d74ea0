namespace Synapse.Deployment.Tests.Compose;

/// <summary>A service of a Compose file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">All that the file says of it.</param>
internal sealed record ComposeService(string Name, Dictionary<object, object> Node)
{
    public string Image => Text("image") ?? "";

    /// <summary>File from which its image is built here; null for a foreign image.</summary>
    public string? Dockerfile => Map("build").TryGetValue("dockerfile", out var file) ? (string)file : null;

    public IReadOnlyList<string> Entrypoint => List("entrypoint");

    public IReadOnlyList<string> Command => List("command");

    public IReadOnlyDictionary<string, string> Environment => Map("environment").ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value);

    public IReadOnlyList<string> Profiles => List("profiles");

    public IReadOnlyList<string> Ports => List("ports");

    public IReadOnlyList<string> Secrets => List("secrets");

    /// <summary>Source, path in the container and mode of each volume.</summary>
    public IReadOnlyList<(string Source, string Target, bool IsReadOnly)> Volumes
        => [.. List("volumes").Select(volume => volume.Split(':')).Select(parts => (parts[0], parts[1], parts is [_, _, "ro"]))];

    /// <summary>Whether it runs to its end and is no service.</summary>
    public bool IsJob => Text("restart") == "no";

    /// <summary>The command that says whether it is healthy, without the word before it; empty when there is none.</summary>
    public IReadOnlyList<string> HealthCheck => Map("healthcheck").TryGetValue("test", out var test) && test is List<object> words && words[0] is "CMD" ? [.. words.Skip(1).Cast<string>()] : [];

    /// <summary>What it waits for, and whether that may be missing.</summary>
    public IReadOnlyList<(string Service, string Condition, bool IsRequired)> DependsOn
        => [.. Map("depends_on").Select(pair => (Service: (string)pair.Key, Rule: (Dictionary<object, object>)pair.Value))
            .Select(each => (each.Service, (string)each.Rule["condition"], !each.Rule.TryGetValue("required", out var required) || (string)required != "false"))];

    /// <summary>Names of the networks, each with the address on it; an empty one where Docker chooses it.</summary>
    public IReadOnlyDictionary<string, string> Networks => Node.GetValueOrDefault("networks") switch
    {
        Dictionary<object, object> map => map.ToDictionary(pair => (string)pair.Key, pair => pair.Value is Dictionary<object, object> network ? (string)network.GetValueOrDefault("ipv4_address", "") : ""),
        List<object> list => list.ToDictionary(name => (string)name, _ => ""),
        _ => new Dictionary<string, string>(),
    };

    public string? Text(string key) => Node.GetValueOrDefault(key) as string;

    public Dictionary<object, object> Map(string key) => Node.GetValueOrDefault(key) as Dictionary<object, object> ?? [];

    public IReadOnlyList<string> List(string key) => Node.GetValueOrDefault(key) is List<object> list ? [.. list.Cast<string>()] : [];
}
