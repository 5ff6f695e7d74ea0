using System.Text;
using Synapse.Errors;
using Synapse.Hubs;
using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Tests.TestSupport;

namespace Synapse.LocalModels.Tests.Keeping;

public sealed class LockTests : IAsyncDisposable
{
    private readonly HubBench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_flipped_bit_is_found_named_and_mended_by_fetching_that_file_alone()
    {
        await _bench.PullAsync();
        var vocabulary = Path.Combine(_bench.Folder, "vocab.txt");
        var bytes = await File.ReadAllBytesAsync(vocabulary, Cancel);
        bytes[0] ^= 1;
        await File.WriteAllBytesAsync(vocabulary, bytes, Cancel);

        var fault = Assert.Single((await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).Faults);
        Assert.Equal(("vocab.txt", "changed"), (fault.Path, fault.Kind));

        var before = _bench.Hub.Requests.Count;
        var (completed, _) = await _bench.PullAsync();
        Assert.True(completed.Changed);
        Assert.Equal(bytes.Length, completed.BytesReceived);
        Assert.Equal(2, _bench.Hub.Requests.Count - before);
        Assert.True((await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).IsWhole);
    }

    [Fact]
    public async Task Missing_and_unexpected_files_are_named()
    {
        await _bench.PullAsync();
        File.Delete(Path.Combine(_bench.Folder, "modules.json"));
        await File.WriteAllTextAsync(Path.Combine(_bench.Folder, "added_tokens.json"), "{}", Cancel);
        var faults = (await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).Faults;
        Assert.Equal([("modules.json", "missing"), ("added_tokens.json", "unexpected")], faults.Select(fault => (fault.Path, fault.Kind)));
        Assert.Throws<ModelDamagedException>(() => _bench.Store.Find(HubBench.Name));

        await _bench.PullAsync();
        Assert.True((await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).IsWhole);
        Assert.Equal(_bench.Folder, _bench.Store.Find(HubBench.Name));
    }

    [Fact]
    public async Task A_second_pull_fetches_nothing()
    {
        await _bench.PullAsync();
        var before = _bench.Hub.Requests.Count;
        var (completed, _) = await _bench.PullAsync();
        Assert.Equal((false, 0L), (completed.Changed, completed.BytesReceived));
        Assert.Equal(1, _bench.Hub.Requests.Count - before);
    }

    [Fact]
    public async Task A_lock_holds_to_its_commit_until_an_update_is_asked_for()
    {
        var first = (await _bench.PullAsync()).Completed.Model.Lock!;
        _bench.Model.Files["README.md"] = "# Another\n"u8.ToArray();

        // The commit that the lock holds is asked for, and this hub has it no more.
        await Assert.ThrowsAsync<ModelNotOnHubException>(() => _bench.PullAsync());
        var refused = await Assert.ThrowsAsync<ModelChangedException>(() => _bench.PullAsync(new PullRequest(HubBench.Id, "main")));
        Assert.Contains("--update", refused.Message, StringComparison.Ordinal);
        Assert.Equal(first.Commit, _bench.Store.Get(HubBench.Name).Lock!.Commit);

        var (completed, _) = await _bench.PullAsync(new PullRequest(HubBench.Id, Update: true));
        Assert.Equal(_bench.Model.Commit, completed.Model.Lock!.Commit);
        Assert.Equal("main", completed.Model.Lock.Revision);
        Assert.Equal(_bench.Model.Files["README.md"].Length, completed.BytesReceived);
    }

    [Fact]
    public async Task Other_bytes_under_the_same_commit_are_refused_and_the_model_stays()
    {
        await _bench.PullAsync();
        File.Delete(Path.Combine(_bench.Folder, "onnx", "model.onnx"));
        _bench.Model.Lies[HubBench.Weights] = (null, new string('b', 64));
        await Assert.ThrowsAsync<ModelChangedException>(() => _bench.PullAsync());
        Assert.True(File.Exists(Path.Combine(_bench.Folder, "config.json")));
    }

    [Fact]
    public async Task A_small_file_that_the_hub_changed_under_the_same_commit_is_refused()
    {
        await _bench.PullAsync();
        File.Delete(Path.Combine(_bench.Folder, "vocab.txt"));
        var commit = _bench.Model.Commit;
        var other = _bench.Model.Files["vocab.txt"].ToArray();
        other[0] ^= 1;
        _bench.Hub.Change = (request, reply) =>
            request.Target.EndsWith("/vocab.txt", StringComparison.Ordinal) ? reply with { Body = other }
            : request.Target.Contains("/revision/", StringComparison.Ordinal) ? reply with { Body = Relisted(reply.Body, _bench.Model.Files["vocab.txt"], other) }
            : reply;
        var refused = await Assert.ThrowsAsync<ModelChangedException>(() => _bench.PullAsync());
        Assert.Contains("vocab.txt", refused.Message, StringComparison.Ordinal);
        Assert.Equal(commit, _bench.Store.Get(HubBench.Name).Lock!.Commit);
    }

    private static byte[] Relisted(byte[] listing, byte[] content, byte[] other)
        => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(listing).Replace(HubModel.GitBlob(content), HubModel.GitBlob(other), StringComparison.Ordinal));

    [Fact]
    public async Task A_process_that_was_killed_between_the_two_moves_leaves_the_old_model()
    {
        await _bench.PullAsync();
        var replaced = _bench.Store.Paths.Replaced(HubBench.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(replaced)!);
        Directory.Move(_bench.Folder, replaced);

        Assert.Equal(_bench.Folder, _bench.Store.Find(HubBench.Name));
        Assert.False(Directory.Exists(replaced));
        Assert.True((await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).IsWhole);
    }

    [Fact]
    public async Task A_removed_model_is_gone_and_can_be_fetched_again()
    {
        await _bench.PullAsync();
        _bench.Store.Remove(HubBench.Id);
        Assert.Empty(_bench.Store.List());
        var missing = Assert.Throws<ModelNotInstalledException>(() => _bench.Store.Find(HubBench.Id));
        Assert.Contains($"synapse models pull {HubBench.Id}", missing.Message, StringComparison.Ordinal);
        Assert.True((await _bench.PullAsync()).Completed.Changed);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/b/c")]
    [InlineData("..")]
    [InlineData(".hidden/x")]
    [InlineData("with blank")]
    [InlineData("")]
    public async Task A_name_that_could_lead_elsewhere_is_unknown(string name)
        => await Assert.ThrowsAsync<UnknownModelException>(() => _bench.PullAsync(new PullRequest(name)));
}
