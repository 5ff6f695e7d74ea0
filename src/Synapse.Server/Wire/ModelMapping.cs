using Synapse.Contracts;
using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Keeping;

namespace Synapse.Server.Wire;

/// <summary>Writes models in the words of the contract.</summary>
internal static class ModelMapping
{
    public static ModelResponse ToResponse(CatalogueModel model, InstalledModel? installed)
        => new(
            model.Name, installed?.Lock?.HubId ?? model.HubId, Word(model.Kind), model.Dimensions, model.MaxTokens, installed?.Lock?.Licence ?? model.Licence, model.WeightsBytes,
            model.QueryPrefix, model.PassagePrefix, model.GoodFor, installed is null ? null : Describe(installed));

    public static ModelResponse ToResponse(this InstalledModel model)
        => model.Known is { } known
            ? ToResponse(known, model)
            : new ModelResponse(model.Name, model.Lock?.HubId, Word(model.Lock?.Kind ?? ModelKind.Embedding), null, null, model.Lock?.Licence, null, null, null, null, Describe(model));

    public static PullProgressResponse ToResponse(this PullProgress progress)
        => new(progress.File, progress.BytesDone, progress.BytesTotal, progress.BytesKept, progress.BytesPerSecond, progress.Remaining?.TotalMilliseconds);

    public static PullWaitingResponse ToResponse(this PullWaiting waiting) => new(waiting.Reason, waiting.RetryAfter.TotalMilliseconds);

    public static PulledModelResponse ToResponse(this PullCompleted completed) => new(completed.Model.ToResponse(), completed.Changed, completed.BytesReceived);

    public static ModelVerificationResponse ToResponse(this ModelVerification verification)
        => new(
            verification.Model.Name, verification.Model.Path, verification.IsWhole,
            [.. verification.Faults.Select(fault => new ModelFaultResponse(fault.Path, fault.Kind, fault.Detail))]);

    private static InstalledModelResponse Describe(InstalledModel model)
        => new(
            model.Path, model.Lock is not null, model.Lock?.Hub, model.Lock?.Revision, model.Lock?.Commit, model.Lock?.SizeBytes ?? 0, model.Lock?.Weights ?? [],
            [.. (model.Lock?.Files ?? []).Select(file => new ModelFileResponse(file.Path, file.SizeBytes, file.Sha256))]);

    private static string Word(ModelKind kind) => kind.ToString().ToLowerInvariant();
}
