using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.Images;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Compose;

/// <summary>What the Compose files promise: nothing published beyond this machine, no secret in an environment, limits, health and order for every service.</summary>
public sealed partial class ComposeFileTests : IDisposable
{
    // Where each version of a foreign image was seen to be published.
    private static readonly Dictionary<string, string> s_confirmed = new()
    {
        ["pgvector/pgvector:0.8.1-pg17-trixie"] = "tags in the documentation of pgvector 0.8.1, https://docs.pgedge.com/pgvector/v0-8-1/additional-installation-methods/",
        ["ghcr.io/ggml-org/llama.cpp:server-b11151"] = "used, with its build number, in public repositories; tags follow the releases of https://github.com/ggml-org/llama.cpp",
        ["ghcr.io/ggml-org/llama.cpp:server-cuda-b11151"] = "the same release for CUDA, used in public repositories",
        ["vllm/vllm-openai:v0.28.0"] = "the image of https://github.com/vllm-project/vllm/releases/tag/v0.28.0, used in public repositories",
        ["ollama/ollama:0.24.0"] = "pinned in https://github.com/netclaw-dev/netclaw/pull/1194 and other public repositories",
    };

    // Foreign images that write where they like; everything else has a root that cannot be written.
    private static readonly string[] s_writable = ["vllm", "ollama"];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Files => [.. ComposeFile.Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_service_is_limited_watched_restarted_and_without_rights_that_it_does_not_need(string name)
    {
        var services = ComposeFile.Read(name).Services;
        Assert.True(services.Count >= 2, $"Only {services.Count} services were seen.");
        Assert.All(services, service =>
        {
            Assert.Equal(service.IsJob ? "no" : "unless-stopped", service.Text("restart"));
            Assert.Equal(s_writable.Contains(service.Name) ? null : "true", service.Text("read_only"));
            Assert.Equal(["ALL"], service.List("cap_drop"));
            Assert.Equal(["no-new-privileges:true"], service.List("security_opt"));
            Assert.Contains("max-size", ((Dictionary<object, object>)service.Map("logging")["options"]).Keys);
            var resources = (Dictionary<object, object>)service.Map("deploy")["resources"];
            Assert.Superset(new HashSet<object> { "cpus", "memory" }, ((Dictionary<object, object>)resources["limits"]).Keys.ToHashSet());
            Assert.Contains("memory", ((Dictionary<object, object>)resources["reservations"]).Keys);
            Assert.True(service.IsJob || service.HealthCheck.Count > 0, $"{service.Name} has no health check.");
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Services_start_in_an_order_and_wait_for_health(string name)
    {
        var file = ComposeFile.Read(name);
        var names = file.Services.Select(service => service.Name).ToHashSet();
        Assert.NotEmpty(file.Service("synapse").DependsOn);
        Assert.All(file.Services.SelectMany(service => service.DependsOn), dependency =>
        {
            Assert.Contains(dependency.Service, names);
            Assert.Equal("service_healthy", dependency.Condition);

            // What a profile may leave out cannot be waited for in any case.
            Assert.Equal(file.Service(dependency.Service).Profiles.Count == 0, dependency.IsRequired);
        });
        Assert.Equal(
            file.Services.Where(service => service.Name != "synapse" && !service.IsJob).Select(service => service.Name).Order(StringComparer.Ordinal),
            file.Service("synapse").DependsOn.Select(dependency => dependency.Service).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Only_the_page_is_published_and_only_to_this_machine(string name)
    {
        var published = ComposeFile.Read(name).Services.Where(service => service.Ports.Count > 0).ToArray();
        Assert.Equal(["synapse"], published.Select(service => service.Name));
        Assert.Equal(["127.0.0.1:3000:3000"], published[0].Ports);
        Assert.Equal(["10.0.0.4:80:80"], ComposeFile.Read(name, new Dictionary<string, string> { ["SYNAPSE_BIND"] = "10.0.0.4", ["PORT"] = "80" }).Service("synapse").Ports);
        Assert.DoesNotContain(ComposeFile.Read(name).Services, service => service.Text("network_mode") is not null || service.Text("privileged") is not null);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Secrets_are_files_and_stand_in_no_environment_and_no_command(string name)
    {
        var file = ComposeFile.Read(name);
        var declared = file.Section("secrets").Keys.Cast<string>().ToHashSet();
        Assert.True(declared.Count >= 3, $"Only {declared.Count} secrets were seen.");
        Assert.All(declared, secret => Assert.Equal($"./secrets/{secret}", file.SecretFile(secret)));
        Assert.Equal(declared.Order(StringComparer.Ordinal), file.Services.SelectMany(service => service.Secrets).Distinct().Order(StringComparer.Ordinal));
        Assert.All(file.Services, service =>
        {
            Assert.DoesNotContain(service.Environment, pair => SecretName().IsMatch(pair.Key) && !pair.Key.EndsWith("_FILE", StringComparison.Ordinal));
            Assert.DoesNotContain(service.Environment.Values.Concat(service.Command), value => PasswordInAddress().IsMatch(value));
            var named = service.Environment.Values.Concat(service.Command).Concat(service.Entrypoint).SelectMany(value => SecretPath().Matches(value)).Select(match => match.Groups["name"].Value);
            Assert.All(named, secret => Assert.Contains(secret, service.Secrets));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Volumes_are_declared_and_what_is_mounted_from_this_machine_is_only_read(string name)
    {
        var file = ComposeFile.Read(name);
        var declared = file.Section("volumes").Keys.Cast<string>().ToHashSet();
        var used = file.Services.SelectMany(service => service.Volumes).ToArray();
        Assert.True(used.Length >= 4, $"Only {used.Length} volumes were seen.");
        Assert.All(used.Where(volume => volume.Source.StartsWith('.')), volume => Assert.True(volume.IsReadOnly, $"{volume.Source} can be written."));
        Assert.Equal(declared.Order(StringComparer.Ordinal), used.Select(volume => volume.Source).Where(source => !source.StartsWith('.')).Distinct().Order(StringComparer.Ordinal));
        Assert.All(used.Where(volume => volume.Source.StartsWith("./deploy/", StringComparison.Ordinal)), volume => Assert.True(File.Exists(Repository.Path(volume.Source)), volume.Source));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Images_are_pinned_to_versions_that_are_known_to_be_published(string name)
    {
        var services = ComposeFile.Read(name).Services;
        Assert.All(services, service =>
        {
            if (service.Image.StartsWith("synapse", StringComparison.Ordinal))
            {
                Assert.EndsWith(":local", service.Image, StringComparison.Ordinal);
                Assert.True(service.IsJob || File.Exists(Repository.Path(service.Dockerfile!)), service.Name);
            }
            else
            {
                Assert.Contains(service.Image, s_confirmed);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_health_checks_of_our_images_are_those_that_the_images_bring(string name)
        => Assert.All(ComposeFile.Read(name).Services.Where(service => service.Dockerfile is not null), service =>
        {
            var brought = Dockerfile.Read(service.Dockerfile!).HealthCheck;
            Assert.Equal([Path.GetFileName(brought[0]), .. brought.Skip(1)], service.HealthCheck);
        });

    [Fact]
    public void The_local_network_has_no_way_out_and_the_server_alone_has_a_way_in()
    {
        var file = ComposeFile.Read(ComposeFile.Local);
        var networks = file.Section("networks");
        Assert.Equal("true", ((Dictionary<object, object>)networks["backend"])["internal"]);
        Assert.Equal("false", ((Dictionary<object, object>)((Dictionary<object, object>)networks["web"])["driver_opts"])["com.docker.network.bridge.enable_ip_masquerade"]);
        Assert.All(file.Services, service => Assert.Equal(
            service switch { { Name: "synapse" } => ["backend", "web"], { IsJob: true } => ["setup"], _ => (string[])["backend"] },
            service.Networks.Keys.Order(StringComparer.Ordinal)));

        // Every address is fixed, since no name server is asked; the chat servers share one, as one of them runs.
        var server = file.Service("synapse").Environment;
        Assert.Equal("172.31.237.0/24", server["SYNAPSE__EGRESS__PRIVATEADDRESSES"]);
        Assert.Equal("true", server["SYNAPSE_OFFLINE"]);
        foreach (var service in file.Services.Where(service => service.Name != "synapse" && !service.IsJob))
        {
            var called = service.Profiles.Count > 0 ? "LLM" : service.Name.ToUpperInvariant();
            Assert.Equal(service.Networks["backend"], server[$"SYNAPSE__EGRESS__HOSTS__{called}"]);
        }

        Assert.Equal("10.9.8.30", ComposeFile.Read(ComposeFile.Local, new Dictionary<string, string> { ["SUBNET_PREFIX"] = "10.9.8" }).Service("embedding").Networks["backend"]);
    }

    [Theory]
    [InlineData("nothing", "")]
    [InlineData("OpenAI", "OPENAI_API_KEY_FILE=/run/secrets/provider_key")]
    [InlineData("another server", "OPENAI_API_KEY_FILE=/run/secrets/provider_key OPENAI_BASE_URL=https://llm.example.com MODEL_CHAT=m MODEL_EMBEDDING=e")]
    [InlineData("Groq", "GROQ_API_KEY_FILE=/run/secrets/provider_key MODEL_CHAT=m")]
    [InlineData("Azure with a key", "USE_AZURE_OPENAI=true AZURE_OPENAI_ENDPOINT=https://x.openai.azure.com AZURE_OPENAI_API_KEY_FILE=/run/secrets/provider_key AZURE_OPENAI_CHAT_DEPLOYMENT=d AZURE_OPENAI_EMBEDDING_DEPLOYMENT=e")]
    [InlineData("Azure with a client secret", "USE_AZURE_OPENAI=true AZURE_OPENAI_ENDPOINT=https://x.openai.azure.com AZURE_OPENAI_USE_ENTRA=true AZURE_CLIENT_SECRET_FILE=/run/secrets/provider_key AZURE_TENANT_ID=t.example.com AZURE_CLIENT_ID=11111111-2222-3333-4444-555555555555 AZURE_OPENAI_CHAT_DEPLOYMENT=d")]
    [InlineData("Azure with a managed identity", "USE_AZURE_OPENAI=true AZURE_OPENAI_ENDPOINT=https://x.openai.azure.com AZURE_OPENAI_USE_ENTRA=true AZURE_OPENAI_CREDENTIAL=managed_identity AZURE_OPENAI_CHAT_DEPLOYMENT=d")]
    public void The_environment_of_the_server_is_settings_that_it_takes(string mode, string variables)
    {
        var set = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var service = ComposeFile.Read(ComposeFile.Cloud, set).Service("synapse");
        foreach (var secret in service.Secrets)
        {
            _folder.Write($"secrets/{secret}", mode switch { "Azure with a key" => "", "Groq" => "gsk_", _ => "sk-" } + "0123456789abcdef0123456789abcdef");
        }

        var lines = service.Environment.Select(pair => $"{pair.Key}={pair.Value.Replace("/run/secrets", Path.Combine(_folder.Path, "secrets"), StringComparison.Ordinal)}");
        _folder.Write("data/.env", string.Join('\n', lines));

        var options = ServerOptionsReader.Read(Path.Combine(_folder.Path, "data"), null, []);
        Assert.Equal(ServerOptions.DefaultPort, options.Port);
    }

    [GeneratedRegex("KEY|SECRET|PASSWORD|TOKEN")]
    private static partial Regex SecretName();

    [GeneratedRegex("://[^/@]*:[^/@]+@")]
    private static partial Regex PasswordInAddress();

    [GeneratedRegex(@"/run/secrets/(?<name>\w+)")]
    private static partial Regex SecretPath();
}
