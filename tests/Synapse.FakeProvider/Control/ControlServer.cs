using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Synapse.Fakes.Scenarios;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Control;

/// <summary>Sets the scenario over HTTP, on a port of its own that no scenario touches.</summary>
/// <remarks>
/// <c>GET /__control</c> tells the state, <c>POST /__control</c> changes it (members <c>dialect</c>, <c>scenario</c>, <c>sequence</c>, <c>kinds</c>,
/// <c>seed</c>), <c>GET /__control/scenarios</c> lists what there is, <c>GET /__control/requests</c> what came in, and <c>DELETE</c> forgets that.
/// </remarks>
internal sealed class ControlServer(FakeProvider fake, FakeState state)
{
    private const string Root = "/__control";
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        var reader = new RequestReader(stream);
        var writer = new ReplyWriter(stream, TimeProvider.System);
        while (await reader.ReadAsync(() => Task.CompletedTask, cancellationToken) is { } request)
        {
            await writer.WriteAsync(Reply(request).Render(), cancellationToken);
        }
    }

    private HttpReply Reply(RawRequest request)
    {
        // No page that happens to be open in a browser may change what a test meets.
        if (request.Headers.Any(header => header.Key.Equals("Origin", StringComparison.OrdinalIgnoreCase)))
        {
            return Json(403, new JsonObject { ["error"] = "Not from a page of a browser." });
        }

        try
        {
            return (request.Method, request.Target.Split('?')[0].TrimEnd('/')) switch
            {
                ("GET", Root) => Json(200, Describe()),
                ("POST" or "PUT", Root) => Change(request.Body),
                ("GET", Root + "/scenarios") => Json(200, Catalogue()),
                ("GET", Root + "/requests") => Json(200, JsonSerializer.SerializeToNode(fake.Requests, Readable)!),
                ("DELETE", Root + "/requests") => Forget(),
                _ => Json(404, new JsonObject { ["error"] = $"Known: GET and POST {Root}, GET {Root}/scenarios, GET and DELETE {Root}/requests." }),
            };
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or InvalidOperationException or FormatException)
        {
            return Json(400, new JsonObject { ["error"] = exception.Message });
        }
    }

    private HttpReply Forget()
    {
        fake.ClearRequests();
        return Json(200, Describe());
    }

    private HttpReply Change(byte[] body)
    {
        var change = JsonNode.Parse(body) as JsonObject ?? throw new ArgumentException("The body is not a JSON object.");
        if (change["seed"] is { } seed)
        {
            state.Options.Seed = seed.GetValue<int>();
        }

        var scenario = change["scenario"]?.GetValue<string>();
        if (change["dialect"]?.GetValue<string>() is { } dialect)
        {
            fake.Use(dialect, scenario ?? "ok-stream");
        }
        else if (scenario is not null)
        {
            fake.Scenario = scenario;
        }

        if (change["sequence"] is JsonArray sequence)
        {
            fake.SetSequence(sequence.Select(item => item!.GetValue<string>()));
        }

        foreach (var (name, value) in change["kinds"] as JsonObject ?? [])
        {
            fake.SetScenario(Enum.Parse<RequestKind>(name, ignoreCase: true), value!.GetValue<string>());
        }

        return Json(200, Describe());
    }

    private JsonObject Describe() => new()
    {
        ["dialect"] = fake.Dialect,
        ["scenario"] = fake.Scenario,
        ["seed"] = state.Options.Seed,
        ["address"] = fake.Address.ToString(),
        ["requests"] = fake.Requests.Count,
        ["openConnections"] = fake.OpenConnections,
        ["acceptedConnections"] = fake.AcceptedConnections,
    };

    private static JsonObject Catalogue() => new()
    {
        ["dialects"] = new JsonArray([.. FakeProvider.Dialects.Select(id => JsonValue.Create(id))]),
        ["commonParameters"] = JsonSerializer.SerializeToNode(ScenarioCatalogue.CommonParameters),
        ["scenarios"] = JsonSerializer.SerializeToNode(FakeProvider.Scenarios, Readable),
    };

    private static HttpReply Json(int status, JsonNode body) => new()
    {
        Status = status,
        Headers = [new("content-type", "application/json")],
        Body = [new(Encoding.UTF8.GetBytes(JsonText.IndentedOf(body) + "\n"))],
    };
}
