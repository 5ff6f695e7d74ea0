namespace Synapse.Fakes.Dialects;

/// <summary>Azure OpenAI with a dated version: the deployment stands in the path.</summary>
internal sealed class AzureLegacyDialect : AzureDialect
{
    private const string Root = "/openai/deployments/";

    public override string Id => "azure-legacy";

    protected override string Audience => FakeEntra.CognitiveServicesAudience;

    protected override bool TakesBearerKeys => false;

    protected override Operation ResolveModel(RecordedRequest request)
    {
        if (request.Query("api-version") is null or "")
        {
            return NoRoute(request);
        }

        if (request is { Method: "GET", Path: "/openai/models" })
        {
            return new(RequestKind.Models, Models);
        }

        if (request.Method != "POST" || !request.Path.StartsWith(Root, StringComparison.Ordinal))
        {
            return NoRoute(request);
        }

        return request.Path[Root.Length..].Split('/', 2) is [{ Length: > 0 }, var rest] ? rest switch
        {
            "chat/completions" => new(RequestKind.Chat, Chat),
            "embeddings" => new(RequestKind.Embeddings, Embeddings),
            _ => NoRoute(request),
        }
        : NoRoute(request);
    }

    protected override string DeploymentOf(Exchange exchange)
        => exchange.Request.Path.StartsWith(Root, StringComparison.Ordinal) ? exchange.Request.Path[Root.Length..].Split('/')[0] : "";
}
