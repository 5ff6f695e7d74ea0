using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using Synapse.Providers.Configuration;

namespace Synapse.Providers.Chat;

/// <summary>OpenAI's own client library, made to obey: no retries, time limits, logs or traces of its own, and our HTTP client below it.</summary>
/// <remarks>
/// Its protocol methods are used: they address, authenticate and send, and hand over the raw reply. Its typed stream is not, because it takes a cut stream for a complete one,
/// overlooks errors inside a stream and drops thoughts.
/// </remarks>
internal static class OpenAIPipeline
{
    /// <summary>The options for a client of one model or deployment.</summary>
    public static OpenAIClientOptions Options(ProviderSettings settings, string model, HttpClient http)
    {
        var options = new OpenAIClientOptions
        {
            Endpoint = BaseAddress(settings, model),
            OrganizationId = settings.Organization,
            ProjectId = settings.Project,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            EnableDistributedTracing = false,
            ClientLoggingOptions = new() { EnableLogging = false },
        };
        options.AddPolicy(new KeyPolicy(settings), PipelinePosition.BeforeTransport);
        if (settings is { Kind: ProviderKind.AzureOpenAI, ApiVersion: { } version })
        {
            options.AddPolicy(new ApiVersionPolicy(version), PipelinePosition.PerCall);
        }

        return options;
    }

    /// <summary>Stands in for a key where the library insists on one; <see cref="KeyPolicy"/> takes it off again.</summary>
    public static ApiKeyCredential NoKey { get; } = new("none");

    /// <summary>Sends one request by a protocol method.</summary>
    /// <param name="send">The method, with its content.</param>
    /// <param name="accept">The content type that the reply must have.</param>
    /// <param name="cancellationToken">Stops the sending.</param>
    /// <returns>The reply whose headers are there.</returns>
    public static async Task<OpenReply> SendAsync(Func<RequestOptions, Task<ClientResult>> send, string accept, CancellationToken cancellationToken)
    {
        // The library would bind its stream to this token for good; then a cancelled reply could not be closed by a last read.
        var sending = new CancellationTokenSource();
        await using var link = cancellationToken.Register(sending.Cancel);
        var options = new RequestOptions { BufferResponse = false, ErrorOptions = ClientErrorBehaviors.NoThrow, CancellationToken = sending.Token };
        options.SetHeader("Accept", accept);
        try
        {
            var response = (await send(options)).GetRawResponse();
            return new(response.ContentStream ?? Stream.Null, response);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>The base of the operations: dated API versions of Azure name the deployment in the path, its v1 surface and all others in the body.</summary>
    public static Uri BaseAddress(ProviderSettings settings, string model)
    {
        var root = settings.Endpoint.AbsoluteUri.TrimEnd('/');
        return settings.Kind switch
        {
            ProviderKind.AzureOpenAI when settings.ApiVersion is not null => new($"{root}/openai/deployments/{Uri.EscapeDataString(model)}"),
            ProviderKind.AzureOpenAI => new(root.EndsWith("/openai/v1", StringComparison.Ordinal) ? root : $"{root}/openai/v1"),
            _ when settings.Endpoint.AbsolutePath is "/" => new($"{root}/v1"),
            _ => new(root),
        };
    }

    /// <summary>Puts the key into the header that the kind wants, or no key. Tokens of Entra ID come further below, where a refused one can be replaced.</summary>
    private sealed class KeyPolicy(ProviderSettings settings) : RequestPolicy
    {
        protected override void Change(PipelineRequest request)
        {
            request.Headers.Remove("Authorization");
            if (settings.ApiKey is { } key)
            {
                var isAzure = settings.Kind == ProviderKind.AzureOpenAI;
                request.Headers.Set(isAzure ? "api-key" : "Authorization", isAzure ? key.Reveal() : $"Bearer {key.Reveal()}");
            }
        }
    }

    private sealed class ApiVersionPolicy(string version) : RequestPolicy
    {
        protected override void Change(PipelineRequest request)
            => request.Uri = new UriBuilder(request.Uri!) { Query = $"api-version={Uri.EscapeDataString(version)}" }.Uri;
    }

    private abstract class RequestPolicy : PipelinePolicy
    {
        public sealed override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            Change(message.Request);
            ProcessNext(message, pipeline, currentIndex);
        }

        public sealed override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            Change(message.Request);
            return ProcessNextAsync(message, pipeline, currentIndex);
        }

        protected abstract void Change(PipelineRequest request);
    }
}
