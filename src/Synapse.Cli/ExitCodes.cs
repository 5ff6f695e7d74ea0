using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Cli;

/// <summary>What the process tells the shell.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>What was asked for is not there, or there is nothing to answer from.</summary>
    public const int NotFound = 1;

    /// <summary>The command line, a path or a setting is wrong.</summary>
    public const int BadInput = 2;

    /// <summary>Synapse or something it needs failed.</summary>
    public const int Failed = 3;

    /// <summary>Stopped by Ctrl+C or a signal, as shells have it: 128 + SIGINT.</summary>
    public const int Cancelled = 130;

    private const int FirstClientErrorStatus = 400;
    private const int FirstServerErrorStatus = 500;
    private const int NotFoundStatus = 404;

    /// <summary>Codes of jobs that failed for a reason that the caller can mend; jobs carry a code and no status.</summary>
    private static readonly string[] BadInputCodes = ["path_not_found", "path_unreadable", "path_not_allowed", "invalid_query", "invalid_collection_name", "model_changed", "model_damaged", "model_in_use", "model_denied", "model_too_large", "archive_damaged", "archive_newer", "archive_unsuitable", "archive_exists", "collection_exists"];

    private static readonly string[] NotFoundCodes = ["nothing_indexed", "source_not_found", "collection_not_found", "document_not_found", "job_not_found", "unknown_model", "model_not_installed", "model_not_on_hub", "archive_not_found"];

    /// <summary>The exit code of an error of this process.</summary>
    public static int Of(SynapseException error) => error.Kind switch
    {
        SynapseErrorKind.NotFound => NotFound,
        SynapseErrorKind.BadInput or SynapseErrorKind.Conflict => BadInput,
        _ => Failed,
    };

    /// <summary>The exit code of an error that the server reported.</summary>
    public static int Of(SynapseApiException error) => error.Status switch
    {
        NotFoundStatus => NotFound,
        >= FirstClientErrorStatus and < FirstServerErrorStatus => BadInput,
        >= FirstServerErrorStatus => Failed,
        _ when NotFoundCodes.Contains(error.Code) => NotFound,
        _ when BadInputCodes.Contains(error.Code) => BadInput,
        _ => Failed,
    };
}
