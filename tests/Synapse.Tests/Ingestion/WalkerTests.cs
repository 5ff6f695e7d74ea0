using System.Diagnostics;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Ingestion.Walking;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Ingestion;

public sealed class WalkerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(".env", "secret")]
    [InlineData(".env.production", "secret")]
    [InlineData(".env.local", "secret")]
    [InlineData(".ENV", "secret")]
    [InlineData(".envrc", "secret")]
    [InlineData("production.env", "secret")]
    [InlineData("example.env", null)]
    [InlineData("environment.md", null)]
    [InlineData("id_ed25519", "secret")]
    [InlineData(".npmrc", "secret")]
    [InlineData(".aws/credentials", "secret")]
    [InlineData("credentials.md", null)]
    [InlineData("terraform.tfstate", "secret")]
    [InlineData(".env.example", null)]
    [InlineData(".environment.md", null)]
    [InlineData("id_rsa", "secret")]
    [InlineData("id_rsa.pub", null)]
    [InlineData("server.KEY", "secret")]
    [InlineData("a.pem", "secret")]
    [InlineData("passwords.kdbx", "secret")]
    [InlineData("key.md", null)]
    [InlineData("node_modules/x/index.js", "dependencies")]
    [InlineData(".venv/a.py", "dependencies")]
    [InlineData("__pycache__/a.txt", "dependencies")]
    [InlineData(".svn/entries", "version_control")]
    [InlineData("bin/tool.txt", null)]
    [InlineData(".github/workflows/a.yml", null)]
    public void Walk_leaves_out_by_name(string path, string? reason)
    {
        _folder.Write(path, "text");

        var found = Walk();

        Assert.Equal(reason is null ? [path] : [], found.Files.Select(file => file.Path));
        Assert.Equal(reason is null ? [] : [reason], found.Skipped.Select(file => file.Reason));
    }

    [Fact]
    public void Walk_follows_no_link()
    {
        using var outside = new TemporaryFolder();
        outside.Write("canary.txt", "canary");
        _folder.Write("a.txt", "a");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "file"), Path.Combine(outside.Path, "canary.txt"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "folder"), outside.Path);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "loop"), _folder.Path);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "dangling"), "/nowhere");

        var found = Walk();

        Assert.Equal(["a.txt"], found.Files.Select(file => file.Path));
        Assert.Equal(["dangling", "file", "folder/", "loop/"], found.Skipped.Select(file => file.Path));
        Assert.All(found.Skipped, file => Assert.Equal(SkipReason.Link, file.Reason));
    }

    [Fact]
    public void Walk_never_opens_a_pipe_and_reports_names_that_are_not_text()
    {
        using var shell = Process.Start("sh", ["-c", "cd \"$0\" && mkfifo pipe && printf x > \"$(printf 'caf\\351.txt')\" && mkdir \"$(printf 'd\\351')\"", _folder.Path]);
        shell.WaitForExit();
        _folder.Write("a.txt", "a");

        var found = Walk();
        using var removal = Process.Start("sh", ["-c", "rm -r \"$0\"/d* \"$0\"/caf*", _folder.Path]);
        removal.WaitForExit();

        Assert.Equal(["a.txt"], found.Files.Select(file => file.Path));
        Assert.Equal([SkipReason.Empty, SkipReason.Unreadable, SkipReason.Unreadable], found.Skipped.Select(file => file.Reason).Order());
    }

    [Fact]
    public void Walk_stops_at_the_depth_limit_and_says_so()
    {
        _folder.Write(string.Concat(Enumerable.Repeat("d/", 200)) + "deep.txt", "x");
        _folder.Write(string.Concat(Enumerable.Repeat("d/", 64)) + "kept.txt", "x");

        var found = Walk();

        Assert.EndsWith("kept.txt", Assert.Single(found.Files).Path, StringComparison.Ordinal);
        Assert.Equal(SkipReason.TooDeep, Assert.Single(found.Skipped).Reason);
    }

    [Fact]
    public void Walk_refuses_a_file_of_two_gigabytes_without_reading_it()
    {
        using (var file = File.Create(Path.Combine(_folder.Path, "big.txt")))
        {
            file.SetLength(2L << 30);
        }

        Assert.Equal(SkipReason.TooLarge, Assert.Single(Walk().Skipped).Reason);
    }

    [Fact]
    public void Walk_leaves_out_excluded_folders_and_refuses_them_as_root()
    {
        _folder.Write("data/index.txt", "x");
        _folder.Write("database/a.txt", "x");
        var options = new IngestionOptions { ExcludedFolders = { Path.Combine(_folder.Path, "data") } };
        var walker = new FolderWalker(options);

        var found = walker.Walk(_folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal(["database/a.txt"], found.Files.Select(file => file.Path));
        Assert.Equal(SkipReason.Excluded, Assert.Single(found.Skipped).Reason);
        Assert.Throws<PathNotAllowedException>(() => walker.Walk(Path.Combine(_folder.Path, "data"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/proc")]
    [InlineData("/proc/self")]
    [InlineData("/sys")]
    [InlineData("/dev")]
    [InlineData("/etc")]
    [InlineData("/etc/ssl")]
    public void Roots_of_the_system_are_refused(string root)
        => Assert.Throws<PathNotAllowedException>(() => RootRules.Check(root, new IngestionOptions()));

    [Fact]
    public void Root_that_only_begins_like_one_of_the_system_is_not_refused()
        => RootRules.Check("/etcetera/docs", new IngestionOptions());

    [Fact]
    public void Links_of_parents_are_resolved()
    {
        _folder.Write("real/inner/a.txt", "a");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), "real");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "circle"), "circle");
        var real = RootRules.ResolveLinks(_folder.Path);

        Assert.Equal(Path.Combine(real, "real/inner/a.txt"), RootRules.ResolveLinks(Path.Combine(_folder.Path, "link/inner/../inner/a.txt")));
        Assert.Throws<PathNotFoundException>(() => RootRules.ResolveLinks(Path.Combine(_folder.Path, "link/nothing")));
        Assert.Throws<PathUnreadableException>(() => RootRules.ResolveLinks(Path.Combine(_folder.Path, "circle/x")));
    }

    [Fact]
    public void Walk_of_a_folder_that_is_gone_is_an_error()
        => Assert.Throws<PathNotFoundException>(() => new FolderWalker(new IngestionOptions()).Walk(Path.Combine(_folder.Path, "gone"), TestContext.Current.CancellationToken));

    public void Dispose() => _folder.Dispose();

    private WalkResult Walk() => new FolderWalker(new IngestionOptions()).Walk(_folder.Path, TestContext.Current.CancellationToken);
}
