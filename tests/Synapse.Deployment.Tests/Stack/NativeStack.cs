using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Synapse.Deployment.Tests.Compose;
using Synapse.Deployment.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Stack;

/// <summary>
/// The services of a Compose file as processes of this machine, in a network of their own: with the commands, environments, addresses, ports, order and health
/// checks of the file. Only paths differ, and what the image of PostgreSQL does before its first start is done here.
/// </summary>
internal sealed class NativeStack : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly ComposeFile _file;
    private readonly string _profile;
    private readonly string _folder;
    private readonly ConcurrentQueue<string> _log = [];
    private readonly List<Process> _processes = [];

    private NativeStack(ComposeFile file, string profile, string folder, OwnNetwork network)
    {
        _file = file;
        _profile = profile;
        _folder = folder;
        Network = network;
    }

    public OwnNetwork Network { get; }

    /// <summary>The services in the order in which they were started, each with the time until it was healthy.</summary>
    public List<(string Service, TimeSpan Healthy)> Started { get; } = [];

    /// <summary>What the services have said.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts the services that a profile leaves.</summary>
    /// <param name="file">The file.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="folder">Where secrets and volumes lie, some of them filled.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<NativeStack> StartAsync(ComposeFile file, string profile, string folder, CancellationToken cancellationToken)
    {
        var services = file.Services.Where(service => service.Profiles.Count == 0 || service.Profiles.Contains(profile)).ToArray();
        var network = await OwnNetwork.CreateAsync(services.SelectMany(service => service.Networks.Values).Where(address => address.Length > 0), cancellationToken);
        var stack = new NativeStack(file, profile, folder, network);
        try
        {
            while (services.FirstOrDefault(stack.IsNext) is { } next)
            {
                await stack.StartAsync(next, cancellationToken);
            }

            Assert.Equal(services.Select(service => service.Name).Order(StringComparer.Ordinal), stack.Started.Select(started => started.Service).Order(StringComparer.Ordinal));
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program in the container of a service, as <c>docker compose exec</c> does.</summary>
    public Task<(int ExitCode, string Output, string Errors)> ExecuteAsync(string service, params string[] command)
    {
        var container = Of(service);
        return Tool.RunAsync(container.Environment, "/", null, Network.Command(container.Run(command)));
    }

    /// <summary>Runs a program in the container of a service, and reads the JSON that it writes.</summary>
    public async Task<JsonElement> ReadAsync(string service, params string[] command)
    {
        var (exitCode, output, errors) = await ExecuteAsync(service, command);
        Assert.True(exitCode == 0, $"{string.Join(' ', command)}: {errors}{output}\n{Log}");
        return JsonDocument.Parse(output).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await Network.DisposeAsync();
        foreach (var process in _processes)
        {
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }

    private Container Of(string service) => new(_file.Service(service), _folder);

    // What the profile leaves out is not waited for, where the file says that it may be missing.
    private bool IsNext(ComposeService service)
        => !HasStarted(service.Name)
            && service.DependsOn.All(dependency => HasStarted(dependency.Service) || (!dependency.IsRequired && !_file.Service(dependency.Service).Profiles.Contains(_profile)));

    private bool HasStarted(string service) => Started.Exists(started => started.Service == service);

    private async Task StartAsync(ComposeService service, CancellationToken cancellationToken)
    {
        var container = Of(service.Name);
        foreach (var volume in service.Volumes.Where(volume => !volume.Source.StartsWith("./deploy/", StringComparison.Ordinal)))
        {
            Directory.CreateDirectory(container.PathOf(volume.Source));
        }

        var started = TimeProvider.System.GetTimestamp();
        var command = container.Command;
        if (service.Name == "postgres")
        {
            command = [.. command, .. await new PostgresEntrypoint(service, container, Network).PrepareAsync(cancellationToken)];
        }

        var process = Process.Start(Tool.Describe(container.Environment, "/", Network.Command(command)))!;
        _processes.Add(process);
        process.OutputDataReceived += (_, line) => _log.Enqueue($"{service.Name}: {line.Data}");
        process.ErrorDataReceived += (_, line) => _log.Enqueue($"{service.Name}: {line.Data}");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (await Tool.RunAsync(container.Environment, "/", null, Network.Command(container.HealthCheck)) is { ExitCode: not 0 } unhealthy)
        {
            Assert.False(process.HasExited, $"{service.Name} ended by itself.\n{Log}");
            Assert.True(TimeProvider.System.GetElapsedTime(started) < s_patience, $"{service.Name} does not become healthy: {unhealthy.Errors}\n{Log}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }

        Started.Add((service.Name, TimeProvider.System.GetElapsedTime(started)));
    }
}
