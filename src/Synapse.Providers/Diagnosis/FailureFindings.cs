using System.Net.Sockets;
using System.Security.Authentication;
using Synapse.Errors;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Diagnosis;

/// <summary>Names the exact fault behind a failure, and its cure. The words of servers are looked for where codes do not tell faults apart.</summary>
internal sealed class FailureFindings(ProviderSettings settings)
{
    private readonly SettingWords _words = new(settings);

    private bool IsAzure => settings.Kind == ProviderKind.AzureOpenAI;

    /// <summary>The token that requests are signed with; null without Entra ID.</summary>
    public TokenFacts? Token { get; set; }

    /// <summary>What an exception of a check means.</summary>
    /// <param name="exception">A <see cref="WireException"/> or an error of the core.</param>
    /// <param name="model">The model that was asked; null when none was.</param>
    /// <param name="modelSetting">The setting that names it.</param>
    public Finding Of(Exception exception, string? model = null, string? modelSetting = null) => exception switch
    {
        EgressRefusedException refused => Finding.Failed(FindingCodes.PolicyRefused, $"Rule '{refused.Rule}' refuses the connection.", refused.Reason),
        ProviderException signIn when settings.Entra is not null => SignIn(signIn),
        ProviderException failed => Finding.Failed(FindingCodes.ServerError, failed.Detail ?? failed.Message, "See what the server says in its own log."),
        WireException wire => Of(wire.Failure, wire.InnerException, model ?? "the model", modelSetting ?? _words.ChatModel),
        _ => throw new ArgumentException($"{exception.GetType().Name} is no failure of a provider.", nameof(exception), exception),
    };

    private static Finding SignIn(ProviderException failed)
        => failed.Failure == ProviderFailure.Unavailable
            ? Finding.Failed(FindingCodes.SignInUnreachable, failed.Message, "Let this machine reach the sign-in service, and try again.")
            : Finding.Failed(FindingCodes.SignInRefused, failed.Message, "Correct what the sentence names; tenant, client and secret belong together.");

    private Finding Of(WireFailure failure, Exception? cause, string model, string setting) => failure.Kind switch
    {
        _ when failure.IsLoading => Finding.Failed(
            FindingCodes.StillLoading, "The server is still loading its model.", "Wait, or raise Timeouts:LoadSeconds of the provider when it needs longer; a server that never ends has too little memory."),
        ProviderFailure.Auth => Credential(failure.Detail),
        ProviderFailure.BadConfig => Configuration(failure, model, setting),
        ProviderFailure.QuotaExhausted => Finding.Failed(FindingCodes.QuotaExhausted, $"The account has no quota left. {Said(failure)}", "Top the account up, or raise its limit, where the provider bills."),
        ProviderFailure.Throttled => Finding.Warning(FindingCodes.Throttled, $"The server asks to wait. {Said(failure)}", "Try again later; if it stays, raise the rate limit, or lower MaxConcurrency of the provider."),
        ProviderFailure.TooLarge => Finding.Failed(FindingCodes.ContextTooSmall, $"Even a short text is too long for '{model}'. {Said(failure)}", "Start the server with a larger context and batch."),
        ProviderFailure.Filtered => Finding.Warning(FindingCodes.Filtered, "The content filter refused a harmless test.", "Look at the filter's rules where the model is deployed."),
        ProviderFailure.Interrupted => Finding.Failed(FindingCodes.StreamCut, $"The reply did not come to its end: {failure.Detail}.", "Look for a proxy between that buffers or cuts streams, and into the server's log; its process may have ended."),
        ProviderFailure.Protocol => Finding.Failed(FindingCodes.NotAModelServer, $"What answers does not speak as a model server: {failure.Detail}.", $"Check {_words.Endpoint}: the port, the path, and whether a sign-in page or proxy stands before the server."),
        _ => Connection(failure, cause),
    };

    private Finding Credential(string said) => said switch
    {
        _ when Has(said, "lacks the required data action") || Has(said, "PermissionDenied") => Finding.Failed(
            FindingCodes.RoleMissing, "The identity is known, and has no role that lets it use the models.",
            "Assign it the role 'Cognitive Services OpenAI User' on the Azure OpenAI resource, and wait five minutes."),
        _ when Has(said, "AuthenticationTypeDisabled") || Has(said, "Key based authentication is disabled") => Finding.Failed(
            FindingCodes.LocalAuthDisabled, "The resource does not take keys: local authentication is disabled.",
            "Sign in with Entra ID: AZURE_OPENAI_USE_ENTRA=true, without a key. Or enable local authentication on the resource."),
        _ when Has(said, "Public access is disabled") => Finding.Failed(
            FindingCodes.PublicAccessDisabled, "The resource is reached over its private endpoint only.",
            "Run Synapse in that network with its private name resolution, or allow public access for this address."),
        _ when Has(said, "Virtual Network") || Has(said, "Firewall") => Finding.Failed(
            FindingCodes.Firewall, "The firewall of the resource does not let this address in.", "Add this machine's public address or its network to the resource's networking rules."),
        _ when Has(said, "temporarily blocked") => Finding.Failed(FindingCodes.ResourceBlocked, "The provider has blocked the resource.", "Write to the provider's support."),
        _ when Has(said, "unsupported_country") || Has(said, "territory not supported") => Finding.Failed(
            FindingCodes.RegionNotSupported, "The provider does not serve the country that this machine's address belongs to.", "Use another provider or a local model."),
        _ when IsAzure && settings.Entra is not null => RefusedToken(said),
        _ when Has(said, "insufficient permissions") || Has(said, "missing_scope") => Finding.Failed(
            FindingCodes.PermissionMissing, "The key is known, and may not use this.", "Give the key the right to use models, or make another."),
        _ when settings.Kind == ProviderKind.Ollama && said.StartsWith("403", StringComparison.Ordinal) => Finding.Failed(
            FindingCodes.HostRefused, "Ollama answers only to local host names here.", $"Write {_words.Endpoint} with 127.0.0.1 or localhost, or start Ollama with OLLAMA_HOST=0.0.0.0."),
        _ when settings.ApiKey is null => Finding.Failed(FindingCodes.KeyMissing, "The server wants a key, and none is set.", $"Set {_words.Key}."),
        _ => Finding.Failed(
            FindingCodes.WrongKey, "The server does not accept the key.",
            IsAzure
                ? $"Copy one of the two keys of this very resource into {_words.Key}, and check that {_words.Endpoint} is that resource's."
                : $"Copy the key again into {_words.Key}, whole and without blanks; a key that was revoked has to be made anew."),
    };

    private Finding RefusedToken(string said)
    {
        if (Token is { IsExpired: true })
        {
            return Finding.Failed(FindingCodes.TokenExpired, "The token that the sign-in service gave has run out already.", "Set the clocks right, of this machine and of the sign-in service; tokens are made for now.");
        }

        var wanted = settings.ApiVersion is null ? "https://ai.azure.com/.default" : "https://cognitiveservices.azure.com/.default";
        return Token?.Audience is { } audience && !wanted.StartsWith(audience.TrimEnd('/'), StringComparison.OrdinalIgnoreCase)
            ? Finding.Failed(FindingCodes.WrongScope, $"The token is for '{audience}', and the resource takes others.", $"Set {SettingWords.Scope} to {wanted}, or leave it out.")
            : Finding.Failed(FindingCodes.WrongScope, $"The resource does not accept the token for the scope '{settings.Entra!.Scope}'. It said: {said}", $"Set {SettingWords.Scope} to {wanted}, and check that the identity and the resource are of one tenant.");
    }

    private Finding Configuration(WireFailure failure, string model, string setting)
    {
        var said = failure.Detail;
        return said switch
        {
            _ when failure.Summary == "remote model" => Finding.Failed(FindingCodes.RemoteModel, $"'{model}' runs on another host, to which the local server only passes the text on.", $"Name a model in {setting} that runs on this machine."),
            _ when Has(said, "DeploymentNotFound") => Finding.Failed(
                FindingCodes.DeploymentNotFound, $"The resource has no deployment '{model}'.",
                $"Write the name of the deployment, not of its model, into {setting}; one made in the last five minutes may still be coming up."),
            _ when IsAzure && (Has(said, "Resource not found") || Has(said, "api-version") || Has(said, "API version")) => Finding.Failed(
                FindingCodes.WrongApiVersion, $"The resource is there, and does not know this address{(settings.ApiVersion is { } version ? $" or the API version '{version}'" : " of the v1 surface")}.",
                $"Set {SettingWords.ApiVersion} to a version that exists, such as 2024-10-21, or leave it out for the v1 surface; {_words.Endpoint} is the resource's address without a path."),
            _ when Has(said, "does not support embeddings") && settings.Kind != ProviderKind.Ollama => Finding.Failed(FindingCodes.EmbeddingsOff, "The server does not embed.", "Start llama-server with --embeddings, and give chat a server of its own."),
            _ when Has(said, "does not support chat") || Has(said, "not a chat model") => Finding.Failed(FindingCodes.NotAChatModel, $"'{model}' is not a chat model.", $"Name a chat model in {setting}."),
            _ when Has(said, "does not support logits") => Finding.Failed(FindingCodes.NotAChatModel, $"The server embeds with '{model}', and does not chat.", $"Start llama-server without --embeddings, or name another server in {_words.Endpoint}."),
            _ when Has(said, "not an embedding model") || Has(said, "does not support embed") => Finding.Failed(FindingCodes.NotAnEmbeddingModel, $"'{model}' is not an embedding model.", $"Name an embedding model in {setting}, or start the server with one."),
            _ when settings.Kind == ProviderKind.Ollama && Has(said, "not found") && Has(said, "model") => Finding.Failed(
                FindingCodes.ModelNotPulled, $"Ollama has no model '{model}'.", $"Run 'ollama pull {model}', or correct {setting}; 'ollama list' shows what is there."),
            _ when Has(said, "model_not_found") || (Has(said, "does not exist") && Has(said, "model")) || (Has(said, "not found") && Has(said, "model")) => Finding.Failed(
                FindingCodes.ModelNotFound, $"The server has no model '{model}', or the key may not use it.", $"Correct {setting}."),
            _ when said.StartsWith("404", StringComparison.Ordinal) || said.StartsWith("405", StringComparison.Ordinal) => Finding.Failed(
                FindingCodes.PathNotFound, $"The server has no such address. {Said(failure)}", $"Check the path of {_words.Endpoint}: it ends before /chat/completions, mostly with /v1."),
            _ when failure.Parameter is { } parameter => Finding.Failed(FindingCodes.ParameterRefused, $"'{model}' does not take the parameter '{parameter}'.", "Take that parameter out of the settings, or use another model."),
            _ => Finding.Failed(FindingCodes.RequestRefused, $"The server refuses the request. {Said(failure)}", $"Mend what it names; if that says nothing, check {_words.Endpoint} and {setting}."),
        };
    }

    private Finding Connection(WireFailure failure, Exception? cause)
    {
        var chain = Chain(cause).ToArray();
        var socket = chain.OfType<SocketException>().FirstOrDefault()?.SocketErrorCode;
        var host = $"{settings.Endpoint.Host}:{settings.Endpoint.Port}";
        return (socket, chain) switch
        {
            (SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery, _) => Finding.Failed(
                FindingCodes.NameNotFound, $"No name server knows '{settings.Endpoint.Host}'.", $"Correct the host in {_words.Endpoint}, or this machine's name resolution."),
            (SocketError.ConnectionRefused, _) => Finding.Failed(
                FindingCodes.ConnectionRefused, $"Nothing listens at {host}.",
                settings.IsLocal ? $"Start the model server, or correct the port in {_words.Endpoint}; vLLM listens only after its model is loaded." : $"Correct {_words.Endpoint}, or ask who runs that server."),
            (not null, _) => Finding.Failed(FindingCodes.Unreachable, $"{host} cannot be reached ({socket}).", "Check network, route and firewall between this machine and the server."),
            (null, _) when chain.OfType<AuthenticationException>().FirstOrDefault() is { } tls => Certificate(tls, host),
            (null, _) when failure.Detail.StartsWith("no reply", StringComparison.Ordinal) || failure.Detail.StartsWith("no connection in time", StringComparison.Ordinal) || chain.Any(one => one is OperationCanceledException or TimeoutException) => Finding.Failed(
                FindingCodes.NoReply, $"{host} does not answer in time ({failure.Detail}).", "See whether the server hangs or is overloaded, and whether a firewall swallows what is sent."),
            _ when chain.OfType<HttpRequestException>().Any(http => http.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded) => NotHttp(host),
            _ => Finding.Failed(FindingCodes.ServerError, $"The server failed. {Said(failure)}", "See what the server says in its own log, and try again."),
        };
    }

    /// <summary>What is wrong when an answer is no HTTP at all.</summary>
    public Finding NotHttp(string host) => Finding.Failed(
        FindingCodes.NotHttp, $"What listens at {host} does not answer as a web server does.",
        $"Check the port of {_words.Endpoint}, and whether it begins with {(settings.Endpoint.Scheme == "https" ? "http" : "https")} instead.");

    private Finding Certificate(AuthenticationException tls, string host)
    {
        var text = $"{tls.Message} {tls.InnerException?.Message}";
        return Has(text, "frame size") || Has(text, "corrupted frame") || Has(text, "wrong version number") || Has(text, "unexpected EOF")
            ? Finding.Failed(FindingCodes.TlsFailed, $"{host} does not speak TLS.", $"Write {_words.Endpoint} with http instead of https when the server is on this machine or a private network; else correct the port.")
            : Finding.Failed(FindingCodes.CertificateNotTrusted, $"The certificate of {host} is not trusted: {CertificateFault(text)}.", "Renew it, use the name that stands in it, or name the file of its authority in Synapse:Egress:CaFile.");
    }

    private static string CertificateFault(string text)
        => Has(text, "NameMismatch") ? "it is for another name" : Has(text, "NotTimeValid") ? "it has run out, or is not valid yet" : Has(text, "UntrustedRoot") || Has(text, "PartialChain") ? "its authority is not known here" : "its chain has errors";

    private static string Said(WireFailure failure) => $"It said: {failure.Detail.TrimEnd('.')}.";

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<Exception> Chain(Exception? error)
    {
        for (var one = error; one is not null; one = one.InnerException)
        {
            yield return one;
        }
    }
}
