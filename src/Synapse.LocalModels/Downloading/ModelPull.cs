using Synapse.Errors;
using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Downloading;

/// <summary>One pull of one model.</summary>
internal sealed class ModelPull(ModelStore store, ModelStoreOptions options, HubClient hub, ModelReference model, PullRequest request, TimeProvider time, Action<PullEvent> tell)
{
    private const int Attempts = 5;
    private const long StepBytes = 1 << 20;
    private const long FullBelowBytes = 1 << 20;
    private const string DefaultRevision = "main";
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(2);

    /// <summary>Waits before the next attempt.</summary>
    public required Func<TimeSpan, CancellationToken, Task> Wait { get; init; }

    /// <summary>Free bytes of the disk that holds a folder.</summary>
    public required Func<string, long> FreeBytes { get; init; }

    /// <summary>Fetches what is missing, and puts the model in its place when all is there.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var guard = ModelGuard.Take(store.Paths, model.Name);
        try
        {
            await RunAsync(guard, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw FreeBytes(store.Folder) < FullBelowBytes
                ? new ModelDiskFullException(store.Folder, "the disk is full", error)
                : new ModelFolderException(store.Folder, error.Message.TrimEnd('.'), error);
        }
    }

    private async Task RunAsync(ModelGuard guard, CancellationToken cancellationToken)
    {
        var before = ModelLock.TryRead(store.Paths.Installed(model.Name));
        var held = request.Update ? null : before;
        var revision = request.Revision ?? held?.Commit ?? before?.Revision ?? DefaultRevision;
        var listing = await RetryAsync(() => hub.GetRevisionAsync(model, revision, cancellationToken), static () => 0, cancellationToken);
        if (held?.Commit is { } commit && commit != listing.Commit)
        {
            throw new ModelChangedException(model.Name, $"revision '{revision}' is commit {listing.Commit} now, and its lock holds {commit}");
        }

        var weights = ChooseWeights(listing, before);
        var files = Choose(listing, held, weights);
        await FetchAsync(guard, listing, files, before, held?.Commit is null ? null : held, revision, DefaultOf(before, weights), cancellationToken);
    }

    /// <summary>Those that are here and still on the hub, and those that were asked for; last what was asked for, or the plain ones when none is here.</summary>
    private string[] ChooseWeights(HubRevision listing, ModelLock? before)
    {
        string[] here = [.. (before?.Weights ?? []).Where(path => listing.Files.ContainsKey(path) || (!request.Update && before!.Commit is not null))];
        return request.Weights is null && here.Length > 0 ? here : [.. here.Append(WeightsChoice.Find(model.Name, [.. listing.Files.Keys], request.Weights)).Distinct()];
    }

    // What ran without a setting goes on running without one: other weights make other embeddings. The plain ones need no mention.
    private static string? DefaultOf(ModelLock? before, string[] weights)
        => (before?.Weights.FirstOrDefault(weights.Contains) ?? weights[^1]) is var first && first == ModelFiles.FindPlain(weights) ? null : first;

    private HubFile[] Choose(HubRevision listing, ModelLock? held, string[] weights)
    {
        var chosen = ModelFiles.Choose([.. listing.Files.Keys], weights);
        string[] paths = held?.Commit is null ? [.. chosen] : [.. held.Files.Select(static file => file.Path).Union(chosen.Where(path => !ModelFiles.IsText(path)))];
        if (ModelFiles.FindMissing(paths) is { } missing)
        {
            throw new ModelNotOnHubException(model.Name, $"{char.ToUpperInvariant(missing[0])}{missing[1..]}, so it cannot run here. Choose another model, or export it to ONNX and import the folder.");
        }

        if (held?.Files.FirstOrDefault(file => IsOther(file, listing, held.Commit is not null)) is { } changed)
        {
            throw new ModelChangedException(model.Name, $"the hub has another '{changed.Path}' than its lock holds{(held.Commit is null ? "" : " for this commit")}");
        }

        // What is small comes first: what is wrong with it is known before the weights are on their way.
        HubFile[] files = [.. paths.Select(path => listing.Files[path]).OrderBy(static file => ModelFiles.IsText(file.Path) ? 0 : 1)];
        var large = files.FirstOrDefault(static file => ModelFiles.IsText(file.Path) && file.SizeBytes > ModelFiles.MaxTextBytes);
        return large is not null ? throw new ModelTooLargeException(model.Name, $"'{large.Path}' has {large.SizeBytes} bytes, and a text has at most {ModelFiles.MaxTextBytes}")
            : files.Sum(static file => file.SizeBytes) is var sum && sum > options.MaxModelBytes ? throw new ModelTooLargeException(model.Name, $"it has {sum} bytes, and Synapse:Models:MaxModelBytes allows {options.MaxModelBytes}")
            : files;
    }

    // A model that was imported without a commit may lack files that the hub has, or have others.
    private static bool IsOther(LockedFile file, HubRevision listing, bool isWhole)
        => !listing.Files.TryGetValue(file.Path, out var listed) ? isWhole
            : listed.Sha256 is { } sha ? sha != file.Sha256
            : isWhole && listed.SizeBytes != file.SizeBytes;

    private async Task FetchAsync(ModelGuard guard, HubRevision listing, HubFile[] files, ModelLock? before, ModelLock? held, string revision, string? defaultWeights, CancellationToken cancellationToken)
    {
        var staged = Path.Combine(store.Paths.Incoming(model.Name), listing.Commit);
        DropOtherCommits(staged);
        var meter = new PullMeter(files.Sum(static file => file.SizeBytes), time, tell);
        var good = await FindGoodAsync(files, before, listing.Commit, cancellationToken);
        if (held is not null && good.Count == files.Length && (await store.VerifyAsync(model.Name, cancellationToken)).IsWhole)
        {
            tell(new PullCompleted(store.Get(model.Name), Changed: false, 0));
            return;
        }

        CheckSpace(staged, files);
        var locked = new List<LockedFile>();
        foreach (var file in files)
        {
            var target = ModelStore.Full(staged, file.Path);
            if (good.TryGetValue(file.Path, out var kept))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(ModelStore.Full(store.Paths.Installed(model.Name), file.Path), target, overwrite: true);
                meter.Keep(file.Path, file.SizeBytes);
                locked.Add(kept);
                continue;
            }

            await FetchAsync(file, listing.Commit, target, meter, cancellationToken);
            var sha = await FileHashes.Sha256Async(target, cancellationToken);
            if (held?.Files.FirstOrDefault(known => known.Path == file.Path)?.Sha256 is { } known && known != sha)
            {
                File.Delete(target);
                throw new ModelChangedException(model.Name, $"the hub sends another '{file.Path}' under the commit that its lock holds");
            }

            if (file.Sha256 is { } named && named != sha)
            {
                File.Delete(target);
                throw new ModelDownloadCorruptException(model.Name, file.Path, "what an earlier pull had left of it is damaged");
            }

            locked.Add(new LockedFile(file.Path, file.SizeBytes, sha));
        }

        Put(guard, staged, new ModelLock(ModelLock.CurrentFormat, model.Name, model.HubId, options.Hub.AbsoluteUri.TrimEnd('/'), held?.Revision ?? revision, listing.Commit, KindOf(staged), listing.Licence ?? ModelCatalogue.Find(model.Name)?.Licence, [.. locked.OrderBy(static file => file.Path, StringComparer.Ordinal)]) { DefaultWeights = defaultWeights });
        tell(new PullCompleted(store.Get(model.Name), Changed: true, meter.Received));
    }

    // What is here already and is what the hub has: a repair, and an update that changes little, fetch the rest alone.
    private async Task<Dictionary<string, LockedFile>> FindGoodAsync(HubFile[] files, ModelLock? before, string commit, CancellationToken cancellationToken)
    {
        var good = new Dictionary<string, LockedFile>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (before?.Files.FirstOrDefault(known => known.Path == file.Path) is { } known && known.SizeBytes == file.SizeBytes
                && await ModelStore.CompareAsync(store.Paths.Installed(model.Name), known, cancellationToken) is null
                && (before.Commit == commit || known.Sha256 == file.Sha256 || await IsBlobAsync(file, cancellationToken)))
            {
                good.Add(file.Path, known);
            }
        }

        return good;
    }

    private async Task<bool> IsBlobAsync(HubFile file, CancellationToken cancellationToken)
        => file.BlobId is { } blob && await FileHashes.GitBlobAsync(ModelStore.Full(store.Paths.Installed(model.Name), file.Path), cancellationToken) == blob;

    private async Task FetchAsync(HubFile file, string commit, string target, PullMeter meter, CancellationToken cancellationToken)
    {
        if (new FileInfo(target) is { Exists: true } whole && whole.Length == file.SizeBytes)
        {
            // Whole since an earlier pull: it got its name after its digest was right.
            meter.Keep(file.Path, file.SizeBytes);
            return;
        }

        var download = new FileDownload(hub, model, commit, file, target, time, meter);
        download.Begin();
        var wasCorrupt = false;
        await RetryAsync(
            async () =>
            {
                try
                {
                    await download.AttemptAsync(cancellationToken);
                }
                catch (ModelDownloadCorruptException corrupt) when (!wasCorrupt)
                {
                    // Once may be an accident of the way; twice is what the hub has.
                    wasCorrupt = true;
                    throw new RetryHubException(corrupt.Message, TimeSpan.Zero, corrupt);
                }

                return true;
            },
            () => download.Here,
            cancellationToken);
        meter.Tell(file.Path);
    }

    // A line that is cut again and again, but moves, is not given up.
    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt, Func<long> here, CancellationToken cancellationToken)
    {
        var reached = here();
        for (var failed = 1; ; failed++)
        {
            try
            {
                return await attempt();
            }
            catch (RetryHubException error)
            {
                var moved = here() - reached;
                reached = here();
                failed = moved >= StepBytes ? 1 : failed;
                var wait = error.RetryAfter ?? TimeSpan.FromSeconds(Math.Pow(2, failed - 1));
                if (failed == Attempts || wait > s_longestWait)
                {
                    var longer = wait > s_longestWait ? $" It asks to wait {wait.TotalMinutes:0} minutes." : $" {Attempts} attempts failed.";
                    throw new ModelHubException(model.Name, error.Message + longer, error);
                }

                tell(new PullWaiting(error.Message, wait));
                await Wait(wait, cancellationToken);
            }
        }
    }

    private void CheckSpace(string staged, HubFile[] files)
    {
        Directory.CreateDirectory(staged);
        var here = FolderFiles.Of(staged).Sum(path => new FileInfo(ModelStore.Full(staged, path)).Length);
        var (needed, free) = (files.Sum(static file => file.SizeBytes) - here, FreeBytes(store.Folder));
        if (needed > free)
        {
            throw new ModelDiskFullException(store.Folder, $"{needed} bytes are needed, {free} are free");
        }
    }

    private void DropOtherCommits(string staged)
    {
        var incoming = store.Paths.Incoming(model.Name);
        foreach (var other in Directory.Exists(incoming) ? Directory.GetDirectories(incoming).Where(folder => folder != staged) : [])
        {
            Directory.Delete(other, recursive: true);
        }
    }

    private static void Put(ModelGuard guard, string staged, ModelLock held)
    {
        using (var file = new FileStream(Path.Combine(staged, ModelLock.FileName), FileMode.Create, FileAccess.Write))
        {
            file.Write(held.ToBytes());
            file.Flush(flushToDisk: true);
        }

        guard.Put(staged);
    }

    private ModelKind KindOf(string folder) => ModelCatalogue.Find(model.Name)?.Kind ?? ModelKinds.Read(folder);
}
