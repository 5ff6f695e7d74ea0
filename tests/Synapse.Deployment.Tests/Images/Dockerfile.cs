using System.Text.Json;
using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;

namespace Synapse.Deployment.Tests.Images;

/// <summary>A Dockerfile of the repository.</summary>
/// <param name="Instructions">Its instructions in order, lines that go on joined.</param>
internal sealed partial record Dockerfile(IReadOnlyList<(string Word, string Text)> Instructions)
{
    /// <summary>The instructions of the image itself, from its own FROM on.</summary>
    public IReadOnlyList<(string Word, string Text)> Final => [.. Instructions.Skip(Instructions.Select((instruction, i) => (instruction, i)).Last(each => each.instruction.Word == "FROM").i)];

    public IReadOnlyList<string> Entrypoint => Words(Final.Single(instruction => instruction.Word == "ENTRYPOINT").Text);

    public IReadOnlyList<string> HealthCheck
    {
        get
        {
            var rest = Final.Single(instruction => instruction.Word == "HEALTHCHECK").Text;
            return Words(rest[(rest.IndexOf("CMD ", StringComparison.Ordinal) + 4)..]);
        }
    }

    /// <summary>Variables that the image sets; PATH, which names folders of the image, is left out.</summary>
    public IReadOnlyDictionary<string, string> Environment
        => Final.Where(instruction => instruction.Word == "ENV").SelectMany(instruction => Variable().Matches(instruction.Text))
            .Where(match => match.Groups["name"].Value != "PATH").ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value.Trim('"'));

    public static Dockerfile Read(string name)
    {
        var text = string.Join('\n', File.ReadLines(Repository.Path(name)).Where(line => !line.StartsWith('#'))).Replace("\\\n", " ", StringComparison.Ordinal);
        return new([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(' ', 2)).Select(parts => (parts[0], parts[1]))]);
    }

    private static string[] Words(string json) => JsonSerializer.Deserialize<string[]>(json)!;

    [GeneratedRegex("""(?<name>[A-Za-z_]+)=(?<value>"[^"]*"|\S+)""")]
    private static partial Regex Variable();
}
