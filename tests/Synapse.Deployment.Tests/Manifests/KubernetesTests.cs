using System.Text.Json;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.Images;
using Synapse.Providers.Configuration;
using Synapse.Server.Hosting;

namespace Synapse.Deployment.Tests.Manifests;

/// <summary>The manifests are objects of the Kubernetes API, read strictly: a field that it does not know is a fault.</summary>
public sealed partial class KubernetesTests
{
    private static readonly Lazy<List<object>> s_objects = new(() => KubernetesYaml.LoadAllFromString(Text(), typeMap: null, strict: true));

    private static V1Deployment Deployment => Of<V1Deployment>();

    private static V1Container Server => Assert.Single(Deployment.Spec.Template.Spec.Containers);

    [Fact]
    public void Every_object_is_one_of_the_api_and_lies_in_one_namespace()
    {
        Assert.Equal(8, s_objects.Value.Count);
        var metadata = s_objects.Value.Cast<IMetadata<V1ObjectMeta>>().ToArray();
        Assert.All(metadata.Where(each => each is not V1Namespace), each => Assert.Equal("synapse", each.Metadata.NamespaceProperty));
    }

    [Fact]
    public void A_field_that_the_api_does_not_know_is_a_fault()
        => Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(Text().Replace("replicas: 3", "replika: 3", StringComparison.Ordinal), typeMap: null, strict: true));

    [Fact]
    public void Several_servers_run_without_rights_and_with_limits()
    {
        var pod = Deployment.Spec.Template.Spec;
        Assert.True(Deployment.Spec.Replicas >= 2);
        Assert.Equal((true, 1654L, 1654L), (pod.SecurityContext.RunAsNonRoot, pod.SecurityContext.RunAsUser, pod.SecurityContext.FsGroup));
        Assert.Equal((false, true), (Server.SecurityContext.AllowPrivilegeEscalation, Server.SecurityContext.ReadOnlyRootFilesystem));
        Assert.Equal(["ALL"], Server.SecurityContext.Capabilities.Drop);
        Assert.Equal(["cpu", "memory"], Server.Resources.Limits.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["cpu", "memory"], Server.Resources.Requests.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(":latest", Server.Image, StringComparison.Ordinal);
        Assert.Equal(pod.Volumes.Select(volume => volume.Name).Order(StringComparer.Ordinal), Server.VolumeMounts.Select(mount => mount.Name).Order(StringComparer.Ordinal));

        // What the image writes to can be written.
        var image = Dockerfile.Read("deploy/docker/server.Dockerfile");
        Assert.Contains(Server.VolumeMounts, mount => mount.MountPath == image.Environment["SYNAPSE_DATA"] && mount.ReadOnlyProperty != true);
        Assert.Equal(image.Environment["PORT"], $"{Assert.Single(Server.Ports).ContainerPort}");
    }

    [Fact]
    public void Probes_ask_routes_that_are_there_under_a_name_that_the_server_answers_for()
    {
        var routes = JsonDocument.Parse(File.ReadAllText(Repository.Path("tests/Synapse.Server.Tests/Contract/openapi.v1.json"))).RootElement.GetProperty("paths");
        foreach (var probe in (V1Probe[])[Server.StartupProbe, Server.LivenessProbe, Server.ReadinessProbe])
        {
            Assert.True(routes.TryGetProperty(probe.HttpGet.Path, out _), probe.HttpGet.Path);
            Assert.Equal(("Host", "localhost"), (Assert.Single(probe.HttpGet.HttpHeaders).Name, probe.HttpGet.HttpHeaders[0].Value));
        }

        Assert.Equal("/api/health/ready", Server.ReadinessProbe.HttpGet.Path);
    }

    [Fact]
    public void Settings_are_known_and_secrets_are_files_from_a_secret_that_no_manifest_holds()
    {
        var settings = Of<V1ConfigMap>().Data.Keys.Concat(Server.Env.Select(variable => variable.Name)).ToArray();
        Assert.True(settings.Length >= 5, $"Only {settings.Length} settings were seen.");
        Assert.Empty(settings.Except(SettingNames.Variables.Concat(ServerVariables.All)));
        Assert.All(Server.Env, variable => Assert.EndsWith("_FILE", variable.Name, StringComparison.Ordinal));
        Assert.DoesNotContain(s_objects.Value, each => each is V1Secret);

        // The files are those that the command at the head of the file makes.
        var secrets = Deployment.Spec.Template.Spec.Volumes.Single(volume => volume.Secret is not null);
        Assert.Equal("synapse", secrets.Secret.SecretName);
        var made = FromFile().Matches(Text()).Select(match => match.Groups["name"].Value);
        Assert.Equal(made.Order(StringComparer.Ordinal), Server.Env.Select(variable => Path.GetFileName(variable.Value)).Order(StringComparer.Ordinal));
        Assert.All(Server.Env, variable => Assert.StartsWith(Server.VolumeMounts.Single(mount => mount.Name == secrets.Name).MountPath, variable.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void The_selectors_find_the_pods_and_the_network_is_closed_but_for_what_is_needed()
    {
        var labels = Deployment.Spec.Template.Metadata.Labels;
        var policy = Of<V1NetworkPolicy>().Spec;
        foreach (var selector in (IDictionary<string, string>[])[Of<V1Service>().Spec.Selector, Deployment.Spec.Selector.MatchLabels, Of<V1PodDisruptionBudget>().Spec.Selector.MatchLabels, policy.PodSelector.MatchLabels])
        {
            Assert.All(selector, pair => Assert.Equal(pair.Value, labels[pair.Key]));
        }

        Assert.Equal(["Ingress", "Egress"], policy.PolicyTypes);
        Assert.All(policy.Ingress, rule => Assert.NotEmpty(rule.FromProperty));
        Assert.All(policy.Egress, rule => Assert.True(rule.To.Count > 0 && rule.Ports.Count > 0));
        Assert.Equal(["53", "53", "5432", "443"], policy.Egress.SelectMany(rule => rule.Ports).Select(port => port.Port.Value));
        Assert.Equal(Of<V1ConfigMap>().Data["SYNAPSE_PUBLIC_URL"], $"https://{Assert.Single(Of<V1Ingress>().Spec.Rules).Host}");
    }

    private static T Of<T>() => Assert.Single(s_objects.Value.OfType<T>());

    private static string Text() => File.ReadAllText(Repository.Path("deploy/kubernetes/synapse.yaml"));

    [GeneratedRegex(@"--from-file=(?<name>\w+)")]
    private static partial Regex FromFile();
}
