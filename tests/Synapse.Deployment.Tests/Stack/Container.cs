using Synapse.Deployment.Tests.Compose;
using Synapse.Deployment.Tests.Images;
using Synapse.PostgresServers;

namespace Synapse.Deployment.Tests.Stack;

/// <summary>What a service of a Compose file sees in its container, as folders and programs of this machine.</summary>
/// <param name="service">The service.</param>
/// <param name="folder">Where its volumes and secrets lie.</param>
internal sealed class Container(ComposeService service, string folder)
{
    private readonly Dockerfile? _image = service.Dockerfile is null ? null : Dockerfile.Read(service.Dockerfile);

    /// <summary>Paths in the container with the folders that they stand for, the longest first.</summary>
    private IEnumerable<(string Target, string Path)> Mounts
        => service.Volumes.Select(volume => (volume.Target, Path: PathOf(volume.Source)))
            .Append((Target: "/run/secrets", Path: Path.Combine(folder, "secrets")))
            .OrderByDescending(mount => mount.Target.Length);

    /// <summary>Variables of the image and, before them, of the service.</summary>
    public Dictionary<string, string> Environment
    {
        get
        {
            var variables = _image?.Environment.ToDictionary() ?? [];
            foreach (var (name, value) in service.Environment)
            {
                variables[name] = value;
            }

            return variables.ToDictionary(pair => pair.Key, pair => OnThisMachine(pair.Value));
        }
    }

    /// <summary>What the container runs.</summary>
    public string[] Command
    {
        get
        {
            string[] entrypoint = [.. service.Entrypoint.Count > 0 ? service.Entrypoint : _image?.Entrypoint ?? []];
            return Run([.. entrypoint, .. service.Command]);
        }
    }

    /// <summary>What says whether it is healthy.</summary>
    public string[] HealthCheck => Run(service.HealthCheck);

    /// <summary>The folder of a volume or a bind mount.</summary>
    public string PathOf(string source)
        => source.StartsWith("./deploy/", StringComparison.Ordinal) ? Architecture.Tests.Repository.Path(source[2..]) : Path.Combine(folder, source.TrimStart('.', '/'));

    /// <summary>A program of the container with its arguments, on this machine.</summary>
    public string[] Run(params IReadOnlyList<string> command)
    {
        string[] arguments = [.. command.Skip(1).Select(OnThisMachine)];
        return Path.GetFileName(command[0]) switch
        {
            "synapse" => ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "Synapse.Cli.dll"), .. arguments],
            "synapse-embedding-server" => ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "synapse-embedding-server.dll"), .. arguments],
            "llama-server" => [LlamaServer(), .. arguments],
            "postgres" or "pg_isready" => PostgresInstallation.Command(command[0], arguments),
            var other => [other, .. arguments],
        };
    }

    private static string LlamaServer()
        => TestSupport.Tool.Required(
            Path.Combine(System.Environment.GetEnvironmentVariable("SYNAPSE_LLAMA_PREFIX") ?? "/opt/llama.cpp", "bin", "llama-server"), "llama-server is not installed: eng/setup/llama.sh brings it.");

    private string OnThisMachine(string value)
    {
        foreach (var (target, path) in Mounts)
        {
            if (value == target || value.StartsWith($"{target}/", StringComparison.Ordinal))
            {
                return path + value[target.Length..];
            }
        }

        return value;
    }
}
