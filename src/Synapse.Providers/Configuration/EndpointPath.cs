namespace Synapse.Providers.Configuration;

/// <summary>Which path belongs to a base address.</summary>
internal static class EndpointPath
{
    // Paths of single operations, which clients add themselves. Longer ones first.
    private static readonly string[] Operations =
    [
        "/chat/completions", "/completions", "/completion", "/embeddings", "/responses", "/messages", "/models", "/rerank", "/tokenize",
        "/api/chat", "/api/generate", "/api/embed", "/api/tags", "/embed", "/props", "/health", "/info",
    ];

    /// <summary>Normalises the path of an address.</summary>
    /// <param name="kind">What speaks there.</param>
    /// <param name="endpoint">The address as written.</param>
    /// <param name="problem">What is wrong, when null is returned.</param>
    /// <param name="cure">What to do, when null is returned.</param>
    /// <returns>The path without a slash at its end; null when it is wrong.</returns>
    public static string? Normalise(ProviderKind kind, Uri endpoint, out string problem, out string cure)
    {
        (problem, cure) = ("", "");
        var path = endpoint.AbsolutePath.TrimEnd('/');
        if (kind == ProviderKind.AzureOpenAI)
        {
            return Azure(endpoint, path, out problem, out cure);
        }

        if (HostReach.IsOrBelow(endpoint, "openai.azure.com") && path.Contains("/openai/deployments", StringComparison.OrdinalIgnoreCase))
        {
            (problem, cure) = ("this is an address of Azure OpenAI.", "Use USE_AZURE_OPENAI=true with AZURE_OPENAI_ENDPOINT and the deployment's name, or the kind AzureOpenAI.");
            return null;
        }

        if (Operations.FirstOrDefault(operation => path.EndsWith(operation, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            var rest = Fit(kind, path[..^found.Length]) ?? "";
            (problem, cure) = ($"the address ends with '{found}', which is a single operation.", $"Write the base address alone: {endpoint.GetLeftPart(UriPartial.Authority)}{rest}");
            return null;
        }

        if (path.Contains("//", StringComparison.Ordinal) || path.EndsWith("/v1/v1", StringComparison.OrdinalIgnoreCase))
        {
            (problem, cure) = ("the path repeats a part.", $"Write the base address alone: {endpoint.GetLeftPart(UriPartial.Authority)}{Fit(kind, "")}");
            return null;
        }

        if (Fit(kind, path) is { } fitting)
        {
            return fitting;
        }

        (problem, cure) = ($"'{path}' is not a path of {kind}.", $"Write the base address alone: {endpoint.GetLeftPart(UriPartial.Authority)}{Fit(kind, "")}");
        return null;
    }

    // Where clients add "/v1" themselves it is taken away, where they do not it is added; both were meant.
    private static string? Fit(ProviderKind kind, string path) => kind switch
    {
        ProviderKind.OpenAI => path is "" or "/v1" ? "/v1" : null,
        ProviderKind.OpenAICompatible => path is "" ? "/v1" : path,
        ProviderKind.Ollama or ProviderKind.LocalUnknown => Without(Without(path, "/v1"), "/api"),
        _ => Without(path, "/v1"),
    };

    private static string? Azure(Uri endpoint, string path, out string problem, out string cure)
    {
        (problem, cure) = ("", "");
        var authority = endpoint.GetLeftPart(UriPartial.Authority);
        if (HostReach.IsOrBelow(endpoint, "api.openai.com"))
        {
            (problem, cure) = ("this is the address of OpenAI, not of an Azure resource.", "Write https://NAME.openai.azure.com, or remove USE_AZURE_OPENAI.");
            return null;
        }

        if (path.Contains("/deployments", StringComparison.OrdinalIgnoreCase))
        {
            var parts = path.Split('/');
            var at = Array.FindIndex(parts, part => part.Equals("deployments", StringComparison.OrdinalIgnoreCase));
            var deployment = at + 1 < parts.Length && parts[at + 1].Length > 0 ? $" and '{parts[at + 1]}' as the deployment's name" : "";
            (problem, cure) = ("the address holds '/deployments/...', which is made from the deployment's name.", $"Write {authority} here{deployment}.");
            return null;
        }

        if (path.Contains("/api/projects", StringComparison.OrdinalIgnoreCase))
        {
            (problem, cure) = ("this is the address of a project, not of the resource.", $"Write {authority}");
            return null;
        }

        if (Operations.Any(operation => path.EndsWith(operation, StringComparison.OrdinalIgnoreCase)))
        {
            (problem, cure) = ("the address ends with a single operation.", $"Write {authority}");
            return null;
        }

        var rest = Without(Without(path, "/v1"), "/openai");
        var isResource = HostReach.IsOrBelow(endpoint, "openai.azure.com") || HostReach.IsOrBelow(endpoint, "cognitiveservices.azure.com") || HostReach.IsOrBelow(endpoint, "services.ai.azure.com");
        if (rest.Length > 0 && isResource)
        {
            (problem, cure) = ($"'{path}' is not a path of Azure OpenAI.", $"Write {authority}");
            return null;
        }

        return rest;
    }

    private static string Without(string path, string end) => path.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? path[..^end.Length] : path;
}
