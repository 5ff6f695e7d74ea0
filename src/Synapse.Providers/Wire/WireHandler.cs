using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Synapse.Errors;
using Synapse.Providers.Configuration;
using Synapse.Providers.Policy;

namespace Synapse.Providers.Wire;

/// <summary>
/// Stands below every client library and lets only good replies through to it: in time, with a success status and the content type that was asked for. Everything else
/// becomes a <see cref="WireException"/>, so that no library gets to interpret, retry or hide a failure.
/// </summary>
internal sealed class WireHandler(ProviderSettings settings, FailureClassifier classifier, TimeProvider time) : DelegatingHandler
{
    public const string EventStream = "text/event-stream";
    public const string JsonLines = "application/x-ndjson";
    public const string Json = "application/json";

    private static readonly TimeSpan ErrorBodyTime = TimeSpan.FromSeconds(5);

    /// <summary>Until the headers: local servers load their model before they send any.</summary>
    private TimeSpan FirstByte => settings.Kind is ProviderKind.Ollama or ProviderKind.LlamaCpp or ProviderKind.LmStudio or ProviderKind.LocalUnknown
        ? TimeSpan.FromTicks(Math.Max(settings.Timeouts.FirstByte.Ticks, settings.Timeouts.Load.Ticks))
        : settings.Timeouts.FirstByte;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("X-Client-Request-Id", Guid.CreateVersion7().ToString());
        var response = await SendInTimeAsync(request, cancellationToken);
        try
        {
            await CheckAsync(request, response, cancellationToken);
            PacedRequest.Current?.Learn(response.Headers);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendInTimeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(FirstByte, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, linked.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            var failure = limit.IsCancellationRequested
                ? classifier.Unavailable(string.Create(CultureInfo.InvariantCulture, $"no reply within {FirstByte.TotalSeconds:0.#} s"))
                : classifier.OfException(new TimeoutException(), isMidStream: false)!;
            throw new WireException(failure, exception);
        }
        catch (Exception exception) when (Refusal(exception) is { } refused && refused != exception)
        {
            throw refused;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new WireException(classifier.OfException(exception, isMidStream: false)!, exception);
        }
    }

    private async Task CheckAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status is < 200 or >= 300)
        {
            var error = ErrorText.Read(await ReadErrorAsync(response, cancellationToken));
            error = error.Message.Length > 0 ? error : error with { Message = status is >= 300 and < 400 ? "it redirects, and redirects are not followed" : "(no text)" };
            throw new WireException(classifier.OfReply(status, response.Headers, error));
        }

        if (response.Content.Headers.ContentEncoding.FirstOrDefault(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } encoding)
        {
            // Nobody asked for compression, and a small body may unpack to any size.
            throw new WireException(classifier.Protocol($"a reply in the encoding {encoding}, which was not asked for"));
        }

        var expected = Expected(request);
        var type = response.Content.Headers.ContentType?.MediaType;
        if (expected is null || IsType(type, expected))
        {
            return;
        }

        var body = await ReadErrorAsync(response, cancellationToken);
        throw new WireException(ErrorIn(body) is { } hidden
            ? classifier.OfEvent(hidden)
            : classifier.Protocol($"status {status} with {type ?? "no content type"} where {expected} was expected"));
    }

    private string? Expected(HttpRequestMessage request)
    {
        if (settings.Kind == ProviderKind.Anthropic && request.Method == HttpMethod.Post)
        {
            // Its library says nothing of event streams in its Accept header, though it asks for one.
            return EventStream;
        }

        foreach (MediaTypeWithQualityHeaderValue accept in request.Headers.Accept)
        {
            if (accept.MediaType is EventStream or JsonLines or Json)
            {
                return accept.MediaType;
            }
        }

        return null;
    }

    private static bool IsType(string? type, string expected)
        => string.Equals(type, expected, StringComparison.OrdinalIgnoreCase)
            || (expected == Json && type is not null && type.EndsWith("json", StringComparison.OrdinalIgnoreCase));

    private async Task<byte[]> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ErrorBodyTime, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(linked.Token);
            var buffer = new byte[WireLimits.ErrorBody];
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, linked.Token);
            return buffer[..length];
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is IOException or HttpRequestException or OperationCanceledException)
        {
            return [];
        }
    }

    private static ErrorText? ErrorIn(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out _) ? ErrorText.FromJson(document.RootElement) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // The guard refuses inside the connect callback, whose exceptions the HTTP stack wraps.
    private static EgressRefusedException? Refusal(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is EgressRefusedException refused)
            {
                return refused;
            }
        }

        return null;
    }
}
