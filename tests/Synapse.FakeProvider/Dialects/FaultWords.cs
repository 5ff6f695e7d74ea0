namespace Synapse.Fakes.Dialects;

/// <summary>The words of OpenAI for failures; other dialects start from them.</summary>
internal static class FaultWords
{
    public static FaultText Usual(Fault fault) => fault.Kind switch
    {
        FaultKind.Context => new(
            400,
            $"This model's maximum context length is {fault.Limit} tokens. However, your messages resulted in {fault.Given} tokens. Please reduce the length of the messages.",
            "invalid_request_error",
            "context_length_exceeded",
            "messages"),
        FaultKind.Filter => new(400, "Your request was rejected as a result of our safety system.", "invalid_request_error", "content_policy_violation"),
        FaultKind.UnsupportedParameter => new(
            400,
            fault.Subject == "max_tokens"
                ? "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
                : $"Unsupported value: '{fault.Subject}' does not support 0.2 with this model. Only the default (1) value is supported.",
            "invalid_request_error",
            fault.Subject == "max_tokens" ? "unsupported_parameter" : "unsupported_value",
            fault.Subject),
        FaultKind.BadBody => new(400, "We could not parse the JSON body of your request.", "invalid_request_error"),
        FaultKind.Key => new(
            401,
            $"Incorrect API key provided: {fault.Subject}. You can find your API key at https://platform.openai.com/account/api-keys.",
            "invalid_request_error",
            "invalid_api_key"),
        FaultKind.TokenExpired => new(401, "Your authentication token has expired.", "invalid_request_error", "token_expired"),
        FaultKind.RoleMissing => new(401, "You have insufficient permissions for this operation.", "invalid_request_error", "missing_scope"),
        FaultKind.Forbidden => new(403, "Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"),
        FaultKind.Deployment or FaultKind.Model => new(
            404, $"The model `{fault.Subject}` does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"),
        FaultKind.Route => new(404, $"Invalid URL ({fault.Subject})", "invalid_request_error"),
        FaultKind.Timeout => new(408, "Request timed out.", "timeout"),
        FaultKind.Conflict => new(409, "The request conflicts with another request.", "conflict"),
        FaultKind.TooManyBytes => new(413, "Request entity too large", "invalid_request_error"),
        FaultKind.Batch => new(422, $"batch size {fault.Given} > maximum allowed batch size {fault.Limit}", "invalid_request_error"),
        FaultKind.Backend => new(424, "The model backend failed.", "backend_error"),
        FaultKind.RateLimit => new(
            429, "Rate limit reached for requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 2s.", "requests", "rate_limit_exceeded"),
        FaultKind.Quota => new(
            429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "insufficient_quota"),
        FaultKind.PromptTooLarge => new(
            429, "Request too large for model on tokens per minute (TPM): Limit 6000, Requested 20056. Please reduce your message size and try again.", "tokens", "rate_limit_exceeded"),
        FaultKind.InputTooLarge => new(
            400, $"This model's maximum context length is {fault.Limit} tokens, however you requested {fault.Given} tokens.", "invalid_request_error"),
        FaultKind.NotSupported => new(501, "This operation is not supported.", "not_supported"),
        FaultKind.Loading or FaultKind.Busy => new(503, "The engine is currently overloaded, please try again later", "server_error"),
        FaultKind.Overloaded => new(529, "Overloaded", "overloaded_error"),
        _ => new(500, "The server had an error while processing your request. Sorry about that!", "server_error"),
    };
}
