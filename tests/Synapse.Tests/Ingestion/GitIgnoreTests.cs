using Synapse.Ingestion;
using Synapse.Ingestion.Walking;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Ingestion;

public sealed class GitIgnoreTests
{
    private static readonly string[] Names =
    [
        "a", "b", "ab", "abc", "foo", "bar", "foo.txt", "bar.log", "a.o", "a b", "a ", " a", "#a", "!a", "[a]", "a*", "a?b", "x-y", "Foo", "FOO", "é", "漢.txt", "a\\b", "..a", ".hidden",
        "build", "docs", "src", "a+b", "]", "-", "^a", "1", "a1", "z.tar.gz", "{a,b}", "~", "$x", "%", "'q'", "a\tb",
    ];

    private static readonly string[] Pieces =
    [
        "a", "b", "foo", "bar", "*", "?", "**", "/", "/", "/", ".txt", ".log", "[ab]", "[!a]", "[^a]", "[a-c]", "[]]", "[]-a]", "[a-]", "[[:alpha:]]", "[[:digit:]x]", "[[:upper:]]", "[", "]",
        "\\", "\\*", "\\?", "\\[", "\\!", "\\#", "\\ ", " ", ".", "*.o", "**/", "/**", "/**/", "é", "?", "src", "build", "docs", "!", "#", "[a\\]]", "[\\a]", "[[:space:]]", "[z-a]", "[[:nope:]]", "{a,b}", "\t", "***", "a**", "**b",
    ];

    // More find rarer patterns; 3,000 were run when the matcher was written.
    private const int Rounds = 40;

    [Fact]
    public void Walker_leaves_out_exactly_what_git_leaves_out()
    {
        var random = new Random(20_260_202);
        var compared = 0;
        using var folder = new TemporaryFolder();
        Git.Run(folder.Path, "init", "-q");
        for (var round = 0; round < Rounds; round++)
        {
            Clear(folder.Path);
            MakeTree(folder, random);
            File.WriteAllText(Path.Combine(folder.Path, ".git", "info", "exclude"), Patterns(random, 2));

            var byGit = Git.Run(folder.Path, "ls-files", "--others", "--exclude-standard", "-z")
                .Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
            var found = new FolderWalker(new IngestionOptions()).Walk(folder.Path, TestContext.Current.CancellationToken);
            var byWalker = found.Files.Select(file => file.Path).Order(StringComparer.Ordinal).ToList();

            Assert.True(byGit.SequenceEqual(byWalker), Difference(folder.Path, byGit, byWalker, found));
            Assert.All(found.Skipped.Where(skipped => skipped.Path != ".git/"), skipped => Assert.Equal(SkipReason.Ignored, skipped.Reason));
            compared += byGit.Count + found.Skipped.Count;
        }

        Assert.InRange(compared, 800, int.MaxValue);
    }

    [Fact]
    public void Look_at_one_path_decides_as_the_walk_does()
    {
        var random = new Random(20_260_203);
        for (var round = 0; round < 10; round++)
        {
            using var folder = new TemporaryFolder();
            MakeTree(folder, random);
            var walker = new FolderWalker(new IngestionOptions());
            var all = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder.Path, path)).ToList();

            var walked = walker.Walk(folder.Path, TestContext.Current.CancellationToken);
            var looked = walker.Look(folder.Path, all, TestContext.Current.CancellationToken);

            Assert.Equal(walked.Files.Order(Comparer), looked.Files.Order(Comparer));
        }
    }

    [Fact]
    public void Rules_of_the_repository_hold_in_a_folder_of_it()
    {
        using var folder = new TemporaryFolder();
        Git.Run(folder.Path, "init", "-q");
        folder.Write(".gitignore", "/inner/a.txt\n*.log\n/c.txt\n");
        folder.Write("inner/a.txt", "a");
        folder.Write("inner/b.txt", "b");
        folder.Write("inner/c.txt", "c");
        folder.Write("inner/x.log", "x");

        var found = new FolderWalker(new IngestionOptions()).Walk(Path.Combine(folder.Path, "inner"), TestContext.Current.CancellationToken);

        Assert.Equal(["b.txt", "c.txt"], found.Files.Select(file => file.Path));
        Assert.Equal("'/inner/a.txt' in line 1 of .gitignore.", found.Skipped[0].Detail);
    }

    [Fact]
    public void Work_tree_takes_the_excludes_of_its_repository()
    {
        using var folder = new TemporaryFolder();
        folder.Write("main/a.txt", "a");
        var main = Path.Combine(folder.Path, "main");
        Git.Run(main, "init", "-q");
        Git.Run(main, "add", ".");
        Git.Run(main, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a");
        Git.Run(main, "worktree", "add", "-q", "../tree");
        File.WriteAllText(Path.Combine(main, ".git", "info", "exclude"), "secret.txt\n");
        folder.Write("tree/secret.txt", "s");

        var found = new FolderWalker(new IngestionOptions()).Walk(Path.Combine(folder.Path, "tree"), TestContext.Current.CancellationToken);

        Assert.Equal(["a.txt"], found.Files.Select(file => file.Path));
    }

    [Fact]
    public void Own_ignore_file_goes_before_those_of_git()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitignore", "*.gen\n");
        folder.Write(".synapseignore", "!wanted.gen\nunwanted/\n");
        folder.Write("wanted.gen", "w");
        folder.Write("other.gen", "o");
        folder.Write("unwanted/a.txt", "a");

        var found = new FolderWalker(new IngestionOptions()).Walk(folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal([".gitignore", ".synapseignore", "wanted.gen"], found.Files.Select(file => file.Path));
    }

    [Theory]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("**/a", "x/y/a", true)]
    [InlineData("*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("**/a/**/a/**/a/**/a/**/b", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", false)]
    public void Pattern_matches_in_time(string pattern, string path, bool matches)
        => Assert.Equal(matches, IgnorePattern.Parse(pattern, 1)!.IsMatch(path, path.AsSpan(path.LastIndexOf('/') + 1), isFolder: false));

    private static void Clear(string root)
    {
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos().Where(static entry => entry.Name != ".git"))
        {
            if (entry is DirectoryInfo inner)
            {
                inner.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    private static Comparer<FoundFile> Comparer => Comparer<FoundFile>.Create((a, b) => string.CompareOrdinal(a.Path, b.Path));

    private static void MakeTree(TemporaryFolder folder, Random random)
    {
        var folders = new List<string> { "" };
        for (var i = 0; i < 12; i++)
        {
            var path = folders[random.Next(folders.Count)] + Names[random.Next(Names.Length)];
            var full = Path.Combine(folder.Path, path);
            if (!Path.Exists(full))
            {
                Directory.CreateDirectory(full);
                folders.Add(path + "/");
            }
        }

        for (var i = 0; i < 40; i++)
        {
            var path = folders[random.Next(folders.Count)] + Names[random.Next(Names.Length)];
            if (!Path.Exists(Path.Combine(folder.Path, path)))
            {
                folder.Write(path, "x");
            }
        }

        foreach (var place in folders.Where(place => place.Length == 0 || random.Next(3) == 0))
        {
            folder.Write(place + ".gitignore", Patterns(random, 6));
        }
    }

    private static string Patterns(Random random, int most)
    {
        var lines = Enumerable.Range(0, random.Next(1, most + 1)).Select(_ =>
            (random.Next(5) == 0 ? "!" : "") + string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pieces[random.Next(Pieces.Length)])) + (random.Next(6) == 0 ? "/" : "") + (random.Next(12) == 0 ? "  " : ""));
        return (random.Next(8) == 0 ? "\uFEFF" : "") + string.Join(random.Next(6) == 0 ? "\r\n" : "\n", lines) + (random.Next(4) == 0 ? "" : "\n");
    }

    private static string Difference(string root, List<string> byGit, List<string> byWalker, WalkResult found)
        => $"only git keeps: {string.Join(" | ", byGit.Except(byWalker))}\nonly the walker keeps: {string.Join(" | ", byWalker.Except(byGit))}\n"
            + string.Join('\n', found.Skipped.Select(skipped => $"{skipped.Path} {skipped.Detail}")) + "\n"
            + string.Join('\n', Directory.EnumerateFiles(root, ".gitignore", SearchOption.AllDirectories).Append(Path.Combine(root, ".git/info/exclude"))
                .Select(file => $"{Path.GetRelativePath(root, file)}:\n{File.ReadAllText(file)}"));
}
