namespace Synapse.Fakes.Dialects;

/// <summary>Azure OpenAI's undated surface: the deployment stands in the body.</summary>
internal sealed class AzureV1Dialect : AzureDialect
{
    public override string Id => "azure-v1";

    protected override string Audience => FakeEntra.FoundryAudience;

    protected override bool TakesBearerKeys => true;

    protected override Operation ResolveModel(RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/openai/v1/chat/completions") => new(RequestKind.Chat, Chat),
        ("POST", "/openai/v1/embeddings") => new(RequestKind.Embeddings, Embeddings),
        ("GET", "/openai/v1/models") => new(RequestKind.Models, Models),
        _ => NoRoute(request),
    };

    protected override string DeploymentOf(Exchange exchange) => OpenAiEmbeddings.ModelOf(exchange);
}
