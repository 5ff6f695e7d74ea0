using System.Text.RegularExpressions;

namespace Synapse.Architecture.Tests;

/// <summary>Pages that point at files must point at files that are there.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_relative_link_of_every_page_resolves()
    {
        var pages = Repository.Files(".", "*.md");
        Assert.True(pages.Count >= 10, $"Only {pages.Count} pages were seen.");

        var broken = from page in pages
                     let folder = System.IO.Path.GetDirectoryName(Repository.Path(page))!
                     from Match link in Link().Matches(File.ReadAllText(Repository.Path(page)))
                     let target = link.Groups["target"].Value
                     where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#') && !target.StartsWith("mailto:", StringComparison.Ordinal)
                     let path = System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, Uri.UnescapeDataString(target.Split('#')[0])))
                     where !File.Exists(path) && !Directory.Exists(path)
                     select $"{page} -> {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_folder_of_the_sources_has_its_question_in_the_architecture_page()
    {
        var page = File.ReadAllText(Repository.Path("ARCHITECTURE.md"));
        var folders = Repository.Files("src", "*.cs")
            .Select(file => string.Join('/', file.Split('/')[1..3]))
            .Where(folder => !folder.EndsWith(".cs", StringComparison.Ordinal))
            .Distinct()
            .ToArray();
        Assert.True(folders.Length >= 12, $"Only {folders.Length} folders were seen.");

        Assert.Empty(folders.Where(folder => !page.Contains($"`{folder}/`", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_page_or_source_names_a_path_of_a_developers_machine_or_leaves_work_undone()
    {
        var files = Repository.Files(".", "*.md").Concat(Repository.Files("src", "*.cs")).Concat(Repository.Files("eng", "*")).Concat(Repository.Files("eval", "*.cs")).Concat(Repository.Files("bench", "*.cs")).ToArray();
        Assert.True(files.Length >= 100, $"Only {files.Length} files were seen.");

        Assert.Empty(files.Where(file => Unwanted().IsMatch(File.ReadAllText(Repository.Path(file)))));
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"NotImplementedException|\b(TODO|FIXME)\b|(?<![\w.])/work/(main|wt|data|shared)\b")]
    private static partial Regex Unwanted();
}
