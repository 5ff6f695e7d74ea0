using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>A model that runs in the server itself: one of the catalogue, one that is installed, or both.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HubId">Its id on the hub, as <c>OWNER/NAME</c>; null for a folder of one's own.</param>
/// <param name="Kind"><c>embedding</c> or <c>reranker</c>.</param>
/// <param name="Dimensions">Numbers of an embedding; null for a reranker, and when the catalogue does not know.</param>
/// <param name="MaxTokens">Longest text, in its own tokens; null when the catalogue does not know.</param>
/// <param name="Licence">Identifier of its licence; null when none is known.</param>
/// <param name="WeightsBytes">About how large its weights are: to fetch, and at least in memory; null when the catalogue does not know.</param>
/// <param name="QueryPrefix">What stands before a query; null when the catalogue does not know.</param>
/// <param name="PassagePrefix">What stands before a passage; null when the catalogue does not know.</param>
/// <param name="GoodFor">What to take it for; null when the catalogue does not know.</param>
/// <param name="Installed">What lies in the folder of models; null when nothing does.</param>
public sealed record ModelResponse(
    string Name,
    string? HubId,
    string Kind,
    int? Dimensions,
    int? MaxTokens,
    string? Licence,
    long? WeightsBytes,
    string? QueryPrefix,
    string? PassagePrefix,
    string? GoodFor,
    InstalledModelResponse? Installed);

/// <summary>The files of a model in the folder of models.</summary>
/// <param name="Path">Their folder.</param>
/// <param name="Locked">Whether a lock says what they must be; false for a folder that somebody put there by hand.</param>
/// <param name="Hub">Address of the hub they came from; null when they did not.</param>
/// <param name="Revision">The revision that was asked for; null when none was.</param>
/// <param name="Commit">The commit that it named then; null when they did not come from a hub.</param>
/// <param name="SizeBytes">Their size by the lock; 0 without one.</param>
/// <param name="Weights">The weights by the lock, first those that run when no setting names others.</param>
/// <param name="Files">The files by the lock.</param>
public sealed record InstalledModelResponse(
    string Path, bool Locked, string? Hub, string? Revision, string? Commit, long SizeBytes, IReadOnlyList<string> Weights, IReadOnlyList<ModelFileResponse> Files);

/// <summary>A file of a model.</summary>
/// <param name="Path">Its path within the model's folder.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Sha256">Its SHA-256, in hexadecimal digits.</param>
public sealed record ModelFileResponse(string Path, long SizeBytes, string Sha256);

/// <summary>The catalogue, and what is installed besides.</summary>
/// <param name="Folder">The folder of models.</param>
/// <param name="Hub">Address of the hub that models are fetched from.</param>
/// <param name="Offline">Whether the process is in offline mode.</param>
/// <param name="Models">The models of the catalogue in its order, then others by name.</param>
public sealed record ModelListResponse(string Folder, string Hub, bool Offline, IReadOnlyList<ModelResponse> Models);

/// <summary>Asks for a model to be fetched from the hub.</summary>
/// <param name="Model">A name of the catalogue, or an id of the hub.</param>
/// <param name="Revision">A branch, tag or commit; null for what the lock holds, and for <c>main</c> when there is none.</param>
/// <param name="Update">Whether to take what the revision names now, in place of what the lock holds.</param>
/// <param name="Weights">Which weights: <c>fp32</c>, <c>fp16</c>, <c>int8</c>, or the name of a file, such as <c>model_quantized.onnx</c>; they are added to those that are here. Null for those that are here, and the plain ones when there are none.</param>
public sealed record PullModelRequest(
    [Required, StringLength(200, MinimumLength = 1)] string Model,
    [StringLength(200, MinimumLength = 1)] string? Revision = null,
    bool Update = false,
    [StringLength(200, MinimumLength = 1)] string? Weights = null);

/// <summary>How far a pull is.</summary>
/// <param name="File">The file that is on its way.</param>
/// <param name="BytesDone">Bytes of all files that are here.</param>
/// <param name="BytesTotal">Bytes of all files.</param>
/// <param name="BytesKept">Of those that are here, bytes that were here before.</param>
/// <param name="BytesPerSecond">What comes per second; null as long as nothing came.</param>
/// <param name="RemainingMs">Time until the end at that rate, in milliseconds; null as long as nothing came.</param>
public sealed record PullProgressResponse(string File, long BytesDone, long BytesTotal, long BytesKept, double? BytesPerSecond, double? RemainingMs);

/// <summary>An attempt of a pull failed, and another follows.</summary>
/// <param name="Reason">Why it failed.</param>
/// <param name="RetryAfterMs">When the next one begins, in milliseconds.</param>
public sealed record PullWaitingResponse(string Reason, double RetryAfterMs);

/// <summary>A model that was fetched.</summary>
/// <param name="Model">The model.</param>
/// <param name="Changed">Whether anything of it was changed; false when all was here and right.</param>
/// <param name="BytesReceived">Bytes of files that came over the network.</param>
public sealed record PulledModelResponse(ModelResponse Model, bool Changed, long BytesReceived);

/// <summary>What a comparison of a model's files with its lock has shown.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Whole">Whether all is well.</param>
/// <param name="Faults">What is wrong.</param>
public sealed record ModelVerificationResponse(string Name, string Path, bool Whole, IReadOnlyList<ModelFaultResponse> Faults);

/// <summary>A file that is not as the lock says.</summary>
/// <param name="Path">Its path within the model's folder.</param>
/// <param name="Kind"><c>missing</c>, <c>changed</c>, <c>unexpected</c> or <c>unlocked</c>.</param>
/// <param name="Detail">What is wrong, as a clause.</param>
public sealed record ModelFaultResponse(string Path, string Kind, string Detail);

/// <summary>Asks for models to be packed into one file.</summary>
/// <param name="Models">Their names.</param>
/// <param name="Output">Absolute path of the file, which must not be there.</param>
public sealed record BundleModelsRequest([Required, MinLength(1), MaxLength(100)] IReadOnlyList<string> Models, [Required, StringLength(4_096, MinimumLength = 1)] string Output);

/// <summary>A bundle of models.</summary>
/// <param name="Path">The file.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Models">What is in it.</param>
public sealed record ModelBundleResponse(string Path, long SizeBytes, IReadOnlyList<ModelResponse> Models);

/// <summary>Asks for models to be brought in from a file or folder.</summary>
/// <param name="Path">Absolute path of a folder, or a .zip or .tar.gz archive.</param>
/// <param name="Name">Name for a model without a lock; null takes that of the folder or archive.</param>
public sealed record ImportModelsRequest([Required, StringLength(4_096, MinimumLength = 1)] string Path, [StringLength(128, MinimumLength = 1)] string? Name = null);

/// <summary>What an import has brought.</summary>
/// <param name="Models">The models.</param>
/// <param name="LeftOut">Files that were not taken.</param>
public sealed record ImportedModelsResponse(IReadOnlyList<ModelResponse> Models, IReadOnlyList<string> LeftOut);

/// <summary>One event of the stream of a pull; exactly one member is set.</summary>
/// <param name="Progress">How far it is.</param>
/// <param name="Waiting">An attempt failed, and another follows.</param>
/// <param name="Completed">The model; always last.</param>
public sealed record PullStreamEvent(PullProgressResponse? Progress = null, PullWaitingResponse? Waiting = null, PulledModelResponse? Completed = null);
