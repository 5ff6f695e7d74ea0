using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Synapse.Server.Security;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Hosting;

/// <summary>Every route that is mapped says who may use it and can be cancelled.</summary>
public sealed class RouteInventoryTests(RunningServer server)
{
    private static readonly string[] Open = ["/api/health/live", "/api/health/ready", "/sign-in", "/_synapse/{name}"];

    [Fact]
    public void Every_route_names_its_policy_and_only_known_ones_are_open()
    {
        var routes = Routes();
        foreach (var route in routes)
        {
            var pattern = Pattern(route);
            var isOpen = route.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            Assert.True(isOpen == Open.Contains(pattern), $"{pattern} is {(isOpen ? "" : "not ")}open to everyone.");
            var policies = route.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).ToList();
            Assert.True(isOpen || policies.Any(policy => policy is Policies.Api or Policies.Token or Policies.Socket or Policies.Page), $"{pattern} names no policy.");
        }

        Assert.True(routes.Count >= 20, $"Only {routes.Count} routes were seen.");
    }

    [Fact]
    public void Every_handler_of_ours_is_a_named_method_that_can_be_cancelled()
    {
        var handlers = Routes()
            .Select(route => (Route: Pattern(route), Method: route.Metadata.GetMetadata<System.Reflection.MethodInfo>()))
            .Where(handler => handler.Method?.DeclaringType?.Assembly.GetName().Name?.StartsWith("Synapse", StringComparison.Ordinal) == true)
            .ToList();
        Assert.True(handlers.Count >= 18, $"Only {handlers.Count} handlers were seen.");
        Assert.All(handlers, handler =>
        {
            Assert.DoesNotContain("<", handler.Method!.Name, StringComparison.Ordinal);
            Assert.Contains(handler.Method.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
        });
    }

    private static string Pattern(RouteEndpoint route)
    {
        var text = route.RoutePattern.RawText ?? "";
        return text.Length > 1 ? "/" + text.Trim('/') : text;
    }

    private List<RouteEndpoint> Routes()
        => [.. server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];
}
