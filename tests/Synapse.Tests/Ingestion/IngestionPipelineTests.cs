using Synapse.Ingestion;

namespace Synapse.Tests.Ingestion;

public sealed class IngestionPipelineTests
{
    private static readonly DateTime Old = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public async Task Index_stores_every_text_file_and_names_the_others()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("readme.md", "# Title\n\nSome words.\n");
        ingestion.Folder.Write("src/a.cs", "class A { }\r\n");
        ingestion.Folder.Write("image.png", [0x89, 0x50, 0, 0, 1, 2]);
        ingestion.Folder.Write(".env", "KEY=1");
        ingestion.Folder.Write("empty.txt", "");

        var job = await ingestion.IndexAsync();

        Assert.Equal(IngestionJobState.Completed, job.State);
        Assert.Equal(["readme.md", "src/a.cs"], ingestion.Store.Documents.Select(document => document.Path));
        Assert.Equal("class A { }\n", ingestion.Store.Documents[1].Text);
        Assert.Equal("csharp", ingestion.Store.Documents[1].Language);
        Assert.Equal(
            new Dictionary<string, string> { [".env"] = "secret", ["empty.txt"] = "empty", ["image.png"] = "binary" },
            await ingestion.SkippedAsync());
        Assert.Equal(3, job.Progress.FilesFound);
        Assert.Equal(3, job.Progress.FilesDone);
        Assert.Equal(2, job.Progress.DocumentsAdded);
        Assert.Equal(3, job.Progress.FilesSkipped);
    }

    [Fact]
    public async Task Second_index_of_an_unchanged_folder_commits_nothing()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("a.txt", "alpha", Old);
        ingestion.Folder.Write("b.txt", "beta", Old);
        await ingestion.IndexAsync();
        var commits = ingestion.Store.Commits.Count;

        var job = await ingestion.IndexAsync();

        Assert.Equal(commits, ingestion.Store.Commits.Count);
        Assert.Equal(2, job.Progress.FilesDone);
        Assert.Equal(0, job.Progress.DocumentsAdded + job.Progress.DocumentsChanged + job.Progress.DocumentsRemoved);
    }
}
