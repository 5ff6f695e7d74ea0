using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Synapse.ReleaseFiles;

/// <summary>
/// What is inside of a program, as CycloneDX 1.6 (ECMA-424). It is read from the <c>*.deps.json</c> that the build made for this very runtime, so it
/// names what is in the file and nothing else; without time and serial number, so that the same build gives the same bytes.
/// </summary>
internal static class BillOfMaterials
{
    private const string RuntimePack = "runtimepack.";
    private static readonly JsonSerializerOptions s_format = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes the bill of materials of one artefact.</summary>
    /// <param name="dependencies">The <c>*.deps.json</c> of the program, or a package of NuGet that holds it.</param>
    /// <param name="artefact">The file that is handed out; its SHA-256 is written.</param>
    /// <param name="version">The version of the release.</param>
    /// <param name="output">Where to write.</param>
    /// <param name="embedded">Packages of which a part is embedded, which no <c>*.deps.json</c> names; each as <c>NAME/VERSION</c>.</param>
    public static void Write(string dependencies, string artefact, string version, string output, IEnumerable<string> embedded)
    {
        var graph = JsonNode.Parse(dependencies.EndsWith(".nupkg", StringComparison.Ordinal) ? NuGetPackage.Read(dependencies, ".deps.json") : File.ReadAllText(dependencies))!;
        var target = graph["targets"]![(string)graph["runtimeTarget"]!["name"]!]!.AsObject();
        var libraries = graph["libraries"]!.AsObject()
            .Select(library => BuiltFrom.Of(library.Key, (string)library.Value!["type"]!))
            .Concat(embedded.Select(name => BuiltFrom.Of(name, "package")))
            .OrderBy(library => library.Reference, StringComparer.Ordinal)
            .ToArray();
        if (libraries.Length < 5)
        {
            throw new InvalidDataException($"{dependencies} names {libraries.Length} libraries: this is not what a program of ours is made of.");
        }

        var references = libraries.ToDictionary(library => library.Key, library => library.Reference, StringComparer.OrdinalIgnoreCase);
        var (name, root) = (Path.GetFileName(artefact), "artefact");
        var bill = new JsonObject
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["component"] = new JsonObject
                {
                    ["type"] = "application",
                    ["bom-ref"] = root,
                    ["name"] = name,
                    ["version"] = version,
                    ["hashes"] = Hashes("SHA-256", Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(artefact)))),
                    ["licenses"] = Licence(new JsonObject { ["id"] = "MIT" }),
                },
            },
            ["components"] = new JsonArray([.. libraries.Select(Describe)]),
            ["dependencies"] = new JsonArray(
            [
                new JsonObject { ["ref"] = root, ["dependsOn"] = new JsonArray([.. libraries.Select(library => (JsonNode)library.Reference)]) },
                .. target.Where(node => references.ContainsKey(node.Key)).OrderBy(node => references[node.Key], StringComparer.Ordinal).Select(node => Edges(node.Key, node.Value!, references)),
            ]),
        };
        File.WriteAllText(output, bill.ToJsonString(s_format) + "\n");
    }

    private static JsonObject Describe(BuiltFrom library)
    {
        var component = new JsonObject { ["type"] = "library", ["bom-ref"] = library.Reference, ["name"] = library.Name, ["version"] = library.Version };
        if (!library.IsOurs)
        {
            component["purl"] = library.Reference;
        }

        if (library.Sha512 is { } hash)
        {
            component["hashes"] = Hashes("SHA-512", hash);
        }

        component["licenses"] = library switch
        {
            { IsOurs: true } => Licence(new JsonObject { ["id"] = "MIT" }),
            { LicenceExpression: { } expression } => new JsonArray(new JsonObject { ["expression"] = expression }),
            _ => Licence(new JsonObject { ["name"] = library.LicenceNote }),
        };
        return component;
    }

    private static JsonObject Edges(string key, JsonNode node, Dictionary<string, string> references)
        => new()
        {
            ["ref"] = references[key],
            ["dependsOn"] = new JsonArray(
            [
                .. (node["dependencies"]?.AsObject() ?? []).Select(edge => references.GetValueOrDefault($"{edge.Key}/{edge.Value}")).OfType<string>().Order(StringComparer.Ordinal).Select(reference => (JsonNode)reference),
            ]),
        };

    private static JsonArray Hashes(string algorithm, string content) => new(new JsonObject { ["alg"] = algorithm, ["content"] = content });

    private static JsonArray Licence(JsonObject licence) => new(new JsonObject { ["license"] = licence });

    /// <summary>One project or package.</summary>
    private sealed record BuiltFrom(string Key, string Name, string Version, bool IsOurs, string? Sha512, string? LicenceExpression, string LicenceNote)
    {
        public string Reference => IsOurs ? $"{Name}@{Version}" : $"pkg:nuget/{Name}@{Version}";

        public static BuiltFrom Of(string key, string type)
        {
            var (name, version) = (key.Split('/')[0], key.Split('/')[1]);
            // The tool's core is a project of another name to NuGet, and so a mere reference.
            if (type is "project" or "reference")
            {
                return new BuiltFrom(key, name, version, IsOurs: true, null, null, "");
            }

            name = name.StartsWith(RuntimePack, StringComparison.Ordinal) ? name[RuntimePack.Length..] : name;
            var package = new InstalledPackage(name, version);
            return new BuiltFrom(key, name, version, IsOurs: false, package.Sha512, package.LicenceExpression, package.LicenceNote);
        }
    }
}
