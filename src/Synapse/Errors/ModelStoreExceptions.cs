namespace Synapse.Errors;

/// <summary>No model of this name lies in the folder of models.</summary>
/// <param name="model">Name or folder, as asked for.</param>
/// <param name="folder">The folder of models.</param>
/// <param name="hasHubId">Whether the name tells which model of a hub is meant.</param>
public sealed class ModelNotInstalledException(string model, string folder, bool hasHubId)
    : SynapseException(SynapseErrorKind.NotFound, "model_not_installed", "Model not installed",
        $"There is no model '{model}' in '{folder}'. Get it with 'synapse models pull {(hasHubId ? model : "OWNER/NAME")}', or bring it as a file with 'synapse models import FILE'.{(hasHubId ? "" : " 'synapse models list' shows which names are known.")}");

/// <summary>A name is neither in the catalogue nor the id of a model on a hub.</summary>
/// <param name="model">The name, as asked for.</param>
public sealed class UnknownModelException(string model)
    : SynapseException(SynapseErrorKind.NotFound, "unknown_model", "Unknown model",
        $"There is no model '{model}' in the catalogue. 'synapse models list' shows what is in it; any other model of the hub is named OWNER/NAME.");

/// <summary>The files of a model are not those of its lock.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="reason">Which file, and what is wrong with it, as a clause.</param>
/// <param name="canBePulled">Whether it is known where it can be fetched from.</param>
public sealed class ModelDamagedException(string model, string reason, bool canBePulled)
    : SynapseException(SynapseErrorKind.Conflict, "model_damaged", "Model damaged",
        $"The model '{model}' is not what its lock says: {reason}. 'synapse models verify {model}' lists all; {(canBePulled ? $"'synapse models pull {model}' fetches what is wrong, or, where nothing is fetched, " : "")}'synapse models import FILE' brings it anew.");

/// <summary>The hub has other bytes than the lock of the model says.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="reason">What differs, as a clause.</param>
public sealed class ModelChangedException(string model, string reason)
    : SynapseException(SynapseErrorKind.Conflict, "model_changed", "Model changed on the hub",
        $"The model '{model}' was not replaced: {reason}. Look at what changed; then 'synapse models pull {model} --update' takes it.");

/// <summary>A model is being changed by another call or process.</summary>
/// <param name="model">Name of the model.</param>
public sealed class ModelInUseException(string model)
    : SynapseException(SynapseErrorKind.Conflict, "model_in_use", "Model in use", $"Another command is changing the model '{model}'. Wait for its end.");

/// <summary>The hub has no such model, revision or file.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="reason">What is missing, and what to do, as sentences.</param>
public sealed class ModelNotOnHubException(string model, string reason)
    : SynapseException(SynapseErrorKind.NotFound, "model_not_on_hub", "Not on the hub", $"The model '{model}' cannot be fetched. {reason}");

/// <summary>The hub does not let this caller have the model.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="reason">Why, and what to do, as sentences.</param>
public sealed class ModelDeniedException(string model, string reason)
    : SynapseException(SynapseErrorKind.BadInput, "model_denied", "Model is gated", $"The hub does not hand out '{model}'. {reason}");

/// <summary>The hub cannot be reached, or fails.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="reason">What went wrong, as sentences.</param>
/// <param name="innerException">The cause.</param>
public sealed class ModelHubException(string model, string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "model_hub_failed", "Hub failed",
        $"The model '{model}' was not fetched. {reason} What has come so far is kept; the next pull goes on from there.", innerException);

/// <summary>What the hub sent is not what it announced.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="file">The file.</param>
/// <param name="reason">What differs, as a clause.</param>
public sealed class ModelDownloadCorruptException(string model, string file, string reason)
    : SynapseException(SynapseErrorKind.Unavailable, "model_download_corrupt", "Download corrupt",
        $"'{file}' of the model '{model}' was thrown away: {reason}. Try again; if it comes so again, do not trust that hub.");

/// <summary>A model, or a file of it, is larger than is taken.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="reason">What is too large, as a clause.</param>
public sealed class ModelTooLargeException(string model, string reason)
    : SynapseException(SynapseErrorKind.BadInput, "model_too_large", "Model too large", $"The model '{model}' is not taken: {reason}.");

/// <summary>A folder or archive cannot be imported.</summary>
/// <param name="file">Its path.</param>
/// <param name="reason">Why, as a clause.</param>
/// <param name="innerException">The cause.</param>
public sealed class ModelImportException(string file, string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.BadInput, "model_import_refused", "Import refused", $"'{file}' was not imported: {reason}.", innerException);

/// <summary>The folder of models cannot be read or written.</summary>
/// <param name="folder">The folder.</param>
/// <param name="reason">Why, as a clause.</param>
/// <param name="innerException">The cause.</param>
public sealed class ModelFolderException(string folder, string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "model_folder_unavailable", "Folder of models unavailable", $"The folder of models '{folder}' cannot be used: {reason}.", innerException);

/// <summary>The disk has no room for a model.</summary>
/// <param name="folder">The folder of models.</param>
/// <param name="reason">How much is needed and how much is free, as a clause.</param>
/// <param name="innerException">The cause.</param>
public sealed class ModelDiskFullException(string folder, string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "model_disk_full", "No room for the model", $"There is no room in '{folder}': {reason}. Free some space, or set Synapse:Models:Folder to another disk.", innerException);
