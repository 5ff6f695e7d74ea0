using System.Security.Cryptography;
using Synapse.Errors;
using Synapse.Hubs;
using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Onnx;
using Synapse.LocalModels.Tests.TestSupport;
using Synapse.Privacy;

namespace Synapse.LocalModels.Tests.Downloading;

public sealed class PullTests() : PullScenarios(null);

/// <summary>What a pull does, whether the hub is asked over TLS or not.</summary>
public abstract class PullScenarios : IAsyncDisposable
{
    private readonly HubBench _bench;

    private protected PullScenarios(HubAuthority? authority) => _bench = new HubBench(authority);

    private protected HubBench Bench => _bench;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int WeightsLength => _bench.Model.Files[HubBench.Weights].Length;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _bench.DisposeAsync();
    }

    [Fact]
    public async Task A_pulled_model_is_whole_locked_and_loads_and_holds_nothing_that_could_run()
    {
        var (completed, events) = await _bench.PullAsync();

        Assert.True(completed.Changed);
        Assert.Equal(_bench.Folder, _bench.Store.Find(HubBench.Id));
        var held = completed.Model.Lock!;
        Assert.Equal((_bench.Model.Commit, "main", HubBench.Id, "cc0-1.0", ModelKind.Embedding), (held.Commit, held.Revision, held.HubId, held.Licence, held.Kind));
        Assert.All(held.Files, file => Assert.Equal(HubModel.Sha256(_bench.Model.Files[file.Path]), file.Sha256));
        Assert.Equal(["model.lock.json", .. held.Files.Select(file => file.Path)], FolderFiles.Of(_bench.Folder).OrderBy(path => path != "model.lock.json").ThenBy(path => path, StringComparer.Ordinal));
        Assert.DoesNotContain(held.Files, file => file.Path.EndsWith(".bin", StringComparison.Ordinal) || file.Path.EndsWith(".py", StringComparison.Ordinal));
        Assert.DoesNotContain(_bench.Hub.Requests, request => request.Target.Contains("pytorch", StringComparison.Ordinal) || request.Target.Contains(".py", StringComparison.Ordinal));
        Assert.Equal(held.SizeBytes, completed.BytesReceived);
        var last = events.OfType<PullProgress>().Last();
        Assert.Equal((held.SizeBytes, held.SizeBytes, TimeSpan.Zero), (last.BytesDone, last.BytesTotal, last.Remaining));
        Assert.False(Directory.Exists(_bench.Store.Paths.Incoming(HubBench.Name)));

        await using var model = SentenceModel.Load(completed.Model.Path);
        var embedding = new float[model.Dimensions];
        await model.EmbedAsync(["the red cat".AsMemory()], TextSide.Plain, embedding, Cancel);
        Assert.Contains(embedding, number => number != 0);
    }

    [Fact]
    public async Task Every_host_has_a_route_of_its_own_and_every_request_says_that_it_is_for_models_and_carries_nothing()
    {
        _bench.Token = _bench.Hub.Token = "hf_secret";
        await _bench.PullAsync();

        Assert.Equal([_bench.Hub.Address.Authority, _bench.Hub.StorageHost], _bench.Egress.Routes.Select(route => route.Endpoint.Authority).Order(StringComparer.Ordinal));
        Assert.True(_bench.Egress.Activities.Count > 5, $"Only {_bench.Egress.Activities.Count} requests were seen.");
        Assert.All(_bench.Egress.Activities, activity => Assert.Equal((EgressPurpose.Models, 0), activity));
        Assert.All(_bench.Hub.Requests, request => Assert.Equal(request.IsStorage ? null : "Bearer hf_secret", request.Header("Authorization")));
        Assert.Contains(_bench.Hub.Requests, request => request.IsStorage);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_download_that_is_cut_goes_on_where_it_stopped_and_only_the_rest_is_sent(int cuts)
    {
        var step = WeightsLength / (cuts + 1);
        _bench.ChangeWeights((count, _, reply) => count <= cuts ? reply with { CutAfter = step } : reply);

        var (completed, events) = await _bench.PullAsync();

        Assert.Equal(WeightsLength, _bench.Hub.StorageBytes);
        Assert.Equal(completed.Model.Lock!.SizeBytes, completed.BytesReceived);
        Assert.Equal(cuts, events.OfType<PullWaiting>().Count());
        Assert.Equal(Enumerable.Range(1, cuts).Select(cut => $"bytes={cut * step}-"), _bench.Hub.Requests.Where(request => request.IsStorage).Skip(1).Select(request => request.Header("Range")!));
        Assert.All(_bench.Hub.Requests.Where(request => request.IsStorage).Skip(1), request => Assert.Equal($"\"{HubModel.Sha256(_bench.Model.Files[HubBench.Weights])}\"", request.Header("If-Range")));
        Assert.True((await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).IsWhole);
    }

    [Fact]
    public async Task A_pull_that_is_given_up_leaves_a_part_and_no_model_and_the_next_one_fetches_only_the_rest()
    {
        _bench.ChangeWeights((_, request, reply) => request.Header("Range") is null ? reply with { CutAfter = 1_000 } : reply with { CutAfter = 0 });
        await Assert.ThrowsAsync<ModelHubException>(() => _bench.PullAsync());
        Assert.Equal(1_000, new FileInfo(_bench.Part).Length);
        Assert.Throws<ModelNotInstalledException>(() => _bench.Store.Find(HubBench.Id));
        Assert.Empty(_bench.Store.List());
        Assert.Equal([1, 2, 4, 8], _bench.Waits.Select(wait => wait.TotalSeconds));

        _bench.Hub.Change = static (_, reply) => reply;
        var sent = _bench.Hub.StorageBytes;
        var (completed, events) = await _bench.PullAsync();

        Assert.Equal(WeightsLength - 1_000, _bench.Hub.StorageBytes - sent);
        Assert.Equal(WeightsLength - 1_000, completed.BytesReceived);
        Assert.Equal(completed.Model.Lock!.SizeBytes - completed.BytesReceived, events.OfType<PullProgress>().Last().BytesKept);
    }

    [Fact]
    public async Task A_part_of_other_bytes_is_not_gone_on_with_when_the_tag_has_changed()
    {
        _bench.ChangeWeights((_, _, reply) => reply with { CutAfter = 1_000, Headers = [("ETag", "\"older\"")] });
        await Assert.ThrowsAsync<ModelHubException>(() => _bench.PullAsync());

        _bench.Hub.Change = static (_, reply) => reply;
        await _bench.PullAsync();

        Assert.Equal("\"older\"", _bench.Hub.Requests.Last(request => request.IsStorage).Header("If-Range"));
        Assert.True((await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).IsWhole);
    }

    [Fact]
    public async Task Bytes_that_came_wrong_once_are_thrown_away_and_fetched_anew()
    {
        _bench.ChangeWeights((count, _, reply) => count == 1 ? reply with { Body = Flip(reply.Body) } : reply);
        await _bench.PullAsync();
        Assert.True((await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).IsWhole);
        Assert.Equal(2 * WeightsLength, _bench.Hub.StorageBytes);
    }

    [Fact]
    public async Task Bytes_that_come_wrong_again_are_refused_and_nothing_of_them_is_kept()
    {
        _bench.ChangeWeights((_, _, reply) => reply with { Body = Flip(reply.Body) });
        var refused = await Assert.ThrowsAsync<ModelDownloadCorruptException>(() => _bench.PullAsync());
        Assert.Contains("SHA-256", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_bench.Part));
        Assert.Throws<ModelNotInstalledException>(() => _bench.Store.Find(HubBench.Id));
    }

    [Fact]
    public async Task A_small_file_is_checked_by_the_id_that_git_gives_it()
    {
        _bench.Hub.Change = (request, reply) => request.Target.EndsWith("/config.json", StringComparison.Ordinal) && !request.Target.Contains("Pooling", StringComparison.Ordinal) ? reply with { Body = Flip(reply.Body) } : reply;
        var refused = await Assert.ThrowsAsync<ModelDownloadCorruptException>(() => _bench.PullAsync());
        Assert.Contains("config.json", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task A_size_that_is_not_the_announced_one_is_refused(int difference)
    {
        _bench.Model.Lies[HubBench.Weights] = (WeightsLength + difference, null);
        await Assert.ThrowsAsync<ModelDownloadCorruptException>(() => _bench.PullAsync());
        Assert.Throws<ModelNotInstalledException>(() => _bench.Store.Find(HubBench.Id));
    }

    [Fact]
    public async Task A_hub_that_names_another_sha_than_it_sends_is_refused()
    {
        _bench.Model.Lies[HubBench.Weights] = (null, Convert.ToHexStringLower(SHA256.HashData("other"u8)));
        await Assert.ThrowsAsync<ModelDownloadCorruptException>(() => _bench.PullAsync());
    }

    [Fact]
    public async Task A_throttled_pull_waits_as_long_as_the_hub_asks()
    {
        _bench.ChangeWeights((count, _, reply) => count <= 2 ? new HubReply(429, []).With("Retry-After", "7") : reply);
        var (_, events) = await _bench.PullAsync();
        Assert.Equal([7, 7], _bench.Waits.Select(wait => wait.TotalSeconds));
        Assert.All(events.OfType<PullWaiting>(), waiting => Assert.Contains("429", waiting.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hub_that_asks_to_wait_too_long_is_told_and_not_waited_for()
    {
        _bench.Hub.Change = (_, _) => new HubReply(503, []).With("Retry-After", "3600");
        var failed = await Assert.ThrowsAsync<ModelHubException>(() => _bench.PullAsync());
        Assert.Contains("60 minutes", failed.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Waits);
    }

    [Theory]
    [InlineData(null, "set HF_TOKEN")]
    [InlineData("wrong", "check HF_TOKEN")]
    public async Task A_gated_model_says_what_is_missing(string? token, string cure)
    {
        _bench.Hub.Token = "right";
        _bench.Token = token;
        var denied = await Assert.ThrowsAsync<ModelDeniedException>(() => _bench.PullAsync());
        Assert.Contains(cure, denied.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", denied.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("owner/other", null)]
    [InlineData(HubBench.Id, "v9")]
    public async Task A_model_or_revision_that_is_not_on_the_hub_is_said_to_be_missing(string model, string? revision)
        => await Assert.ThrowsAsync<ModelNotOnHubException>(() => _bench.PullAsync(new PullRequest(model, revision)));

    [Theory]
    [InlineData(HubBench.Weights, "ONNX")]
    [InlineData("config.json", "config.json")]
    [InlineData("vocab.txt", "tokenizer")]
    public async Task A_model_without_what_it_needs_is_not_begun(string missing, string word)
    {
        _bench.Model.Files.Remove(missing);
        _bench.Model.Files.Remove(missing == "vocab.txt" ? "tokenizer.json" : missing);
        var refused = await Assert.ThrowsAsync<ModelNotOnHubException>(() => _bench.PullAsync());
        Assert.Contains(word, refused.Message, StringComparison.Ordinal);
        Assert.Single(_bench.Hub.Requests);
    }

    [Theory]
    [InlineData("cdn.example")]
    [InlineData("*.example:80")]
    [InlineData("storage.localhost")]
    public async Task A_redirect_to_a_host_that_is_not_listed_is_not_followed(string listed)
    {
        _bench.DownloadHosts = [listed];
        var refused = await Assert.ThrowsAsync<ModelHubException>(() => _bench.PullAsync());
        Assert.Contains("Synapse:Models:DownloadHosts", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_bench.Hub.Requests, request => request.IsStorage);
        Assert.Single(_bench.Egress.Routes);
    }

    [Fact]
    public async Task A_model_that_was_renamed_on_the_hub_is_followed_there()
    {
        _bench.Hub.Change = static (request, reply) => request.Target.Contains("/owner/old/", StringComparison.Ordinal)
            ? new HubReply(307, []).With("Location", request.Target.Replace("/owner/old/", "/owner/tiny/", StringComparison.Ordinal))
            : reply;
        var (completed, _) = await _bench.PullAsync(new PullRequest("owner/old"));
        Assert.Equal("owner--old", completed.Model.Name);
        Assert.True((await _bench.Store.VerifyAsync("owner/old", Cancel)).IsWhole);
    }

    [Fact]
    public async Task A_hub_that_sends_in_circles_is_left()
    {
        _bench.Hub.Change = static (request, _) => new HubReply(307, []).With("Location", request.Target);
        await Assert.ThrowsAsync<ModelHubException>(() => _bench.PullAsync());
        Assert.Equal(6, _bench.Hub.Requests.Count);
    }

    [Fact]
    public async Task A_reply_for_another_commit_is_refused()
    {
        _bench.Hub.Change = static (_, reply) => reply with { Headers = [.. reply.Headers.Select(header => header.Name == "X-Repo-Commit" ? (header.Name, new string('a', 40)) : header)] };
        await Assert.ThrowsAsync<ModelHubException>(() => _bench.PullAsync());
    }

    [Fact]
    public async Task A_model_that_has_no_room_is_not_begun()
    {
        _bench.FreeBytes = 10;
        await Assert.ThrowsAsync<ModelDiskFullException>(() => _bench.PullAsync());
        Assert.Single(_bench.Hub.Requests);
    }

    [Fact]
    public async Task A_model_above_the_limit_is_not_begun()
    {
        _bench.MaxModelBytes = 1_000;
        await Assert.ThrowsAsync<ModelTooLargeException>(() => _bench.PullAsync());
        Assert.Single(_bench.Hub.Requests);
    }

    [Fact]
    public async Task Offline_mode_opens_no_route_and_says_what_to_do_instead()
    {
        await using var bench = new HubBench { Egress = new TestEgress(new EgressOptions { Offline = true }) };
        var downloads = new ModelDownloads(bench.Store, new ModelStoreOptions { Folder = bench.Store.Folder }, bench.Egress, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<EgressRefusedException>(async () =>
        {
            await foreach (var _ in downloads.PullAsync(new PullRequest("all-MiniLM-L6-v2"), Cancel))
            {
            }
        });
        Assert.Equal(EgressRules.Offline, refused.Rule);
        Assert.Contains("synapse models import", refused.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Egress.Routes);
        Assert.Empty(bench.Hub.Requests);
    }

    [Fact]
    public async Task A_pull_that_is_stopped_ends_with_its_reader_and_keeps_what_has_come()
    {
        var paused = new TaskCompletionSource();
        _bench.ChangeWeights((_, _, reply) => reply with { PauseAfter = 5_000, Paused = paused, Resume = new TaskCompletionSource().Task });
        using var stop = new CancellationTokenSource();
        var pull = _bench.PullAsync(cancellationToken: stop.Token);
        await paused.Task.WaitAsync(Cancel);
        while (!File.Exists(_bench.Part) || new FileInfo(_bench.Part).Length < 5_000)
        {
            await Task.Yield();
        }

        var busy = await Assert.ThrowsAsync<ModelInUseException>(() => _bench.PullAsync());
        Assert.Contains(HubBench.Name, busy.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);

        Assert.Equal(5_000, new FileInfo(_bench.Part).Length);
        _bench.Hub.Change = static (_, reply) => reply;
        var (completed, _) = await _bench.PullAsync();
        Assert.Equal(WeightsLength - 5_000, completed.BytesReceived);
    }

    private static byte[] Flip(byte[] bytes)
    {
        var changed = bytes.ToArray();
        changed[^1] ^= 1;
        return changed;
    }
}
