namespace Synapse.Providers.Diagnosis;

/// <summary>The stable codes of findings. docs/diagnosis.md lists each with its cure.</summary>
internal static class FindingCodes
{
    public const string Settings = "settings_read";
    public const string NothingConfigured = "nothing_configured";
    public const string BuiltIn = "built_in_ready";
    public const string Skipped = "skipped";
    public const string Waiting = "waiting";

    public const string Reachable = "reachable";
    public const string PolicyRefused = "policy_refused";
    public const string NameNotFound = "name_not_found";
    public const string ConnectionRefused = "connection_refused";
    public const string Unreachable = "unreachable";
    public const string NoReply = "no_reply";
    public const string CertificateNotTrusted = "certificate_not_trusted";
    public const string TlsFailed = "tls_failed";
    public const string NotHttp = "not_http";

    public const string SignedIn = "signed_in";
    public const string SignInRefused = "sign_in_refused";
    public const string SignInUnreachable = "sign_in_unreachable";
    public const string TokenExpired = "token_expired";
    public const string WrongScope = "wrong_scope";

    public const string ServerFound = "server_found";
    public const string StillLoading = "still_loading";
    public const string RemoteModel = "remote_model";

    public const string KeyMissing = "key_missing";
    public const string WrongKey = "wrong_key";
    public const string RoleMissing = "role_missing";
    public const string PermissionMissing = "permission_missing";
    public const string LocalAuthDisabled = "local_auth_disabled";
    public const string Firewall = "firewall";
    public const string PublicAccessDisabled = "public_access_disabled";
    public const string ResourceBlocked = "resource_blocked";
    public const string RegionNotSupported = "region_not_supported";
    public const string HostRefused = "host_refused";

    public const string WrongApiVersion = "wrong_api_version";
    public const string DeploymentNotFound = "deployment_not_found";
    public const string ModelNotFound = "model_not_found";
    public const string ModelNotPulled = "model_not_pulled";
    public const string PathNotFound = "path_not_found";
    public const string ParameterRefused = "parameter_refused";
    public const string RequestRefused = "request_refused";
    public const string NotAChatModel = "not_a_chat_model";
    public const string EmbeddingsOff = "embeddings_off";
    public const string NotAnEmbeddingModel = "not_an_embedding_model";

    public const string Throttled = "throttled";
    public const string QuotaExhausted = "quota_exhausted";
    public const string ServerError = "server_error";
    public const string Filtered = "filtered";
    public const string StreamCut = "stream_cut";
    public const string NotAModelServer = "not_a_model_server";

    public const string ChatAnswers = "chat_answers";
    public const string Streams = "streams";
    public const string UsageMissing = "usage_missing";
    public const string Context = "context_known";
    public const string ContextTooSmall = "context_too_small";
    public const string ContextDiffers = "context_differs";
    public const string ContextUnknown = "context_unknown";

    public const string Embeds = "embeds";
    public const string DimensionsDiffer = "dimensions_differ";
    public const string EmbeddingsEqual = "embeddings_equal";
    public const string Batch = "batch_taken";
    public const string BatchTooLarge = "batch_too_large";
    public const string Reranks = "reranks";
    public const string RerankWrong = "rerank_wrong";
    public const string CollectionsFit = "collections_fit";
    public const string CollectionsDiffer = "collections_differ";

    /// <summary>All codes, for the page that lists them and for the test that holds it to them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. typeof(FindingCodes).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!)];
}
