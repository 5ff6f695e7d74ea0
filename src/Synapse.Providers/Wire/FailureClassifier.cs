using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Synapse.Errors;
using Synapse.Providers.Configuration;

namespace Synapse.Providers.Wire;

/// <summary>Says what a failure is, from status, code, type and words together: a status alone means too many things.</summary>
internal sealed partial class FailureClassifier(ProviderSettings settings, TimeProvider time)
{
    /// <summary>Classifies a reply that is not a success.</summary>
    public WireFailure OfReply(int status, HttpResponseHeaders? headers, ErrorText error)
    {
        var words = $"{error.Code} {error.Type} {error.Message}";
        var kind = KindOf(status, error, words);
        var summary = error.Code is { Length: > 0 and <= 80 } code && code != status.ToString(CultureInfo.InvariantCulture) ? $"{status} {code}" : $"{status}";
        return Failure(kind, Redaction.Apply(summary, settings), $"{status} {error.Code ?? error.Type}: {error.Message}".Replace(" :", ":", StringComparison.Ordinal)) with
        {
            RetryAfter = status is 429 or >= 500 || kind == ProviderFailure.Throttled ? RetryAfter.Read(headers, error.Message, time.GetUtcNow()) : null,
            ServerTokens = kind == ProviderFailure.TooLarge ? error.Tokens ?? Number(Limit(), error.Message) : null,
            PromptTokens = kind == ProviderFailure.TooLarge ? error.PromptTokens : null,
            ServerBatchSize = Number(Batch(), error.Message),
            Server = headers is not null && headers.NonValidated.TryGetValues("Server", out var servers) ? servers.ToString() : null,
            Parameter = kind == ProviderFailure.BadConfig ? UnsupportedParameter(error) : null,
            IsLoading = status == 503 && Loading().IsMatch(words),
            IsOfRequest = kind is ProviderFailure.TooLarge or ProviderFailure.Filtered
                || (kind == ProviderFailure.BadConfig && status is 400 or 409 or 415 or 422 or 500),
            NeverRetry = headers is not null && headers.TryGetValues("x-should-retry", out var values) && values.FirstOrDefault() == "false",
        };
    }

    /// <summary>Classifies an error inside a stream, where the status was a success.</summary>
    public WireFailure OfEvent(ErrorText error)
    {
        var status = int.TryParse(error.Code, CultureInfo.InvariantCulture, out var code) && code is >= 400 and < 600 ? code : StatusOf(error.Type);
        return OfReply(status, null, error);
    }

    /// <summary>The reply ended before it said how.</summary>
    public WireFailure Interrupted(string what) => Failure(ProviderFailure.Interrupted, what, what);

    /// <summary>The reply breaks the protocol.</summary>
    public WireFailure Protocol(string what) => Failure(ProviderFailure.Protocol, what, what);

    /// <summary>The server did not answer in time or could not be reached.</summary>
    public WireFailure Unavailable(string what) => Failure(ProviderFailure.Unavailable, what, what);

    /// <summary>Classifies what the HTTP stack throws; null for what is not a failure of the connection.</summary>
    public WireFailure? OfException(Exception exception, bool isMidStream) => exception switch
    {
        WireException wire => wire.Failure,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } request
            => Failure(ProviderFailure.Unavailable, "the TLS handshake failed", $"The TLS handshake failed: {Innermost(request).Message}") with { IsUnreachable = true },
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.Unknown } request when !isMidStream
            => Failure(ProviderFailure.Unavailable, "no connection", $"No connection: {Innermost(request).Message}") with { IsUnreachable = request.HttpRequestError != HttpRequestError.Unknown },
        HttpRequestException or IOException when isMidStream => Interrupted($"the connection was cut ({exception.GetType().Name})"),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } request
            => Failure(ProviderFailure.Protocol, "an invalid HTTP reply", $"An invalid HTTP reply: {request.Message}"),
        HttpRequestException or IOException => Failure(ProviderFailure.Unavailable, "the connection was cut", $"The connection was cut: {Innermost(exception).Message}"),
        TimeoutException => Unavailable("no connection in time") with { IsUnreachable = true },
        _ => null,
    };

    private WireFailure Failure(ProviderFailure kind, string summary, string detail) => new(kind, summary, Redaction.Apply(detail, settings));

    private static ProviderFailure KindOf(int status, ErrorText error, string words) => status switch
    {
        _ when Filter().IsMatch(words) => ProviderFailure.Filtered,
        413 => ProviderFailure.TooLarge,
        _ when IsTooLarge(error, words) => ProviderFailure.TooLarge,
        402 => ProviderFailure.QuotaExhausted,
        _ when status is >= 400 and < 500 && Quota().IsMatch(words) => ProviderFailure.QuotaExhausted,
        401 or 403 => ProviderFailure.Auth,
        400 when WrongKey().IsMatch(words) => ProviderFailure.Auth,
        429 => ProviderFailure.Throttled,
        408 or 409 or 499 => ProviderFailure.Unavailable,
        >= 500 and not 501 => Permanent().IsMatch(words) ? ProviderFailure.BadConfig : ProviderFailure.Unavailable,
        _ => ProviderFailure.BadConfig,
    };

    // A too large max_tokens speaks of the maximum context length as well, but shrinking the prompt does not cure it.
    private static bool IsTooLarge(ErrorText error, string words) => error.Parameter != "max_tokens" && (TooLarge().IsMatch(words) || Batch().IsMatch(words));

    private static int StatusOf(string? type) => type switch
    {
        null => 500,
        _ when type.Contains("overloaded", StringComparison.OrdinalIgnoreCase) => 529,
        _ when type.Contains("rate_limit", StringComparison.OrdinalIgnoreCase) => 429,
        _ when type.Contains("authentication", StringComparison.OrdinalIgnoreCase) => 401,
        _ when type.Contains("permission", StringComparison.OrdinalIgnoreCase) => 403,
        _ when type.Contains("not_found", StringComparison.OrdinalIgnoreCase) => 404,
        _ when type.Contains("invalid_request", StringComparison.OrdinalIgnoreCase) || type.Contains("BadRequest", StringComparison.OrdinalIgnoreCase) => 400,
        _ => 500,
    };

    private static string? UnsupportedParameter(ErrorText error)
    {
        if (!Unsupported().IsMatch($"{error.Code} {error.Type} {error.Message}"))
        {
            return null;
        }

        if (NoDimensions().IsMatch(error.Message))
        {
            return "dimensions";
        }

        var quoted = Quoted().Match(error.Message);
        return error.Parameter ?? (quoted.Success ? quoted.Groups["name"].Value : null);
    }

    private static int? Number(Regex pattern, string text)
    {
        var match = pattern.Match(text);
        return match.Success && int.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }

    [GeneratedRegex("content_filter|ResponsibleAIPolicyViolation|content management policy|content_policy_violation", RegexOptions.IgnoreCase)]
    private static partial Regex Filter();

    [GeneratedRegex("context_length_exceeded|exceed_context_size_error|maximum context length|exceeds the available context size|too large to process|longer than the context length|exceeds the context length|must have less than \\d+ tokens|Request too large for model|prompt is too long|maximum input length|request_too_large|context the overflows|context length of only|reduce the length of the (messages|input|prompt)|max \\d+ tokens per request", RegexOptions.IgnoreCase)]
    private static partial Regex TooLarge();

    [GeneratedRegex("insufficient_quota|exceeded your current quota|billing|credit balance|insufficient.{0,10}(credit|balance|funds)", RegexOptions.IgnoreCase)]
    private static partial Regex Quota();

    [GeneratedRegex("api key not valid|invalid_api_key|incorrect api key", RegexOptions.IgnoreCase)]
    private static partial Regex WrongKey();

    [GeneratedRegex("loading", RegexOptions.IgnoreCase)]
    private static partial Regex Loading();

    // llama.cpp says with 500 what no second attempt cures.
    [GeneratedRegex("image input is not supported|mmproj|does not support embeddings|does not support logits|not_supported_error", RegexOptions.IgnoreCase)]
    private static partial Regex Permanent();

    [GeneratedRegex("unsupported_(parameter|value)|unsupported (parameter|value)|(extra inputs|extra fields) (are )?not permitted|does not support (specifying )?dimensions|matryoshka|unrecognized request argument|unknown (field|parameter)", RegexOptions.IgnoreCase)]
    private static partial Regex Unsupported();

    [GeneratedRegex("support (specifying )?dimensions|matryoshka", RegexOptions.IgnoreCase)]
    private static partial Regex NoDimensions();

    [GeneratedRegex(@"'(?<name>[a-z_.]+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(context length (is|of only|of)|context size \(|batch size:|less than|maximum of|maximum allowed length|> ) ?(?<number>\d+)|(?<number>\d+) (tokens )?maximum", RegexOptions.IgnoreCase)]
    private static partial Regex Limit();

    [GeneratedRegex(@"batch size \d+ > maximum allowed batch size (?<number>\d+)|at most (?<number>\d+) (items|inputs)|(?<number>\d+) items or fewer", RegexOptions.IgnoreCase)]
    private static partial Regex Batch();
}
