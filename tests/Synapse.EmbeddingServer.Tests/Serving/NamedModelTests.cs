using System.Numerics.Tensors;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Tests.TestSupport;
using Synapse.Library;
using Synapse.TinyModels;

namespace Synapse.EmbeddingServer.Tests.Serving;

/// <summary>Models that <c>synapse models</c> keeps are served by their names.</summary>
public sealed class NamedModelTests : IAsyncDisposable
{
    private const string Id = "owner/tiny";

    private readonly ModelShelf _shelf = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _shelf.DisposeAsync();

    [Theory]
    [InlineData(Id)]
    [InlineData("owner--tiny")]
    public async Task A_fetched_model_is_served_by_its_id_and_by_the_name_of_its_folder(string name)
    {
        await _shelf.PullAsync(Id, TestModels.WriteEmbedder(_shelf.Folder).Folder);
        var (options, faults) = _shelf.Choose(name);
        Assert.Empty(faults);

        await using var service = await RunningService.StartAsync(options);

        Assert.Equal(name, (await service.GetAsync("/v1/models")).Json.GetProperty("data")[0].GetProperty("id").GetString());
        Assert.Single((await service.PostAsync("/v1/embeddings", new { model = name, input = "rain" })).Embeddings);
    }

    [Theory]
    [InlineData("e5-small-v2")]
    [InlineData("intfloat/e5-small-v2")]
    public async Task A_model_of_the_catalogue_gets_the_prefixes_that_the_catalogue_knows(string name)
    {
        await _shelf.PullAsync("intfloat/e5-small-v2", TinyModelFolder.WriteSentenceModel(_shelf.Folder["source"], new EncoderShape()).Path);
        await using var service = await RunningService.StartAsync(_shelf.Choose(name).Options);

        foreach (var type in (string[])["query", "passage"])
        {
            var typed = (await service.PostAsync("/v1/embeddings", new { input = "the red cat", input_type = type })).Embeddings.Single();
            var plain = (await service.PostAsync("/v1/embeddings", new { input = $"{type}: the red cat" })).Embeddings.Single();
            Assert.Equal(0f, TensorPrimitives.Distance<float>(typed, plain), 1e-5f);
        }
    }

    [Fact]
    public async Task A_fetched_reranker_is_recognised()
    {
        await _shelf.PullAsync(Id, TestModels.WriteReranker(_shelf.Folder).Folder);
        await using var service = await RunningService.StartAsync(_shelf.Choose(Id).Options);

        Assert.Equal("rerank", (await service.GetAsync($"/v1/models/{Id}")).Json.GetProperty("kind").GetString());
        Assert.Equal(200, (await service.PostAsync("/v1/rerank", """{"query": "cat", "documents": ["rain"]}""")).Status);
    }

    [Theory]
    [InlineData("onnx/model.onnx")]
    [InlineData("vocab.txt")]
    public async Task A_file_with_another_byte_is_named_with_the_command_that_cures_it_which_does(string file)
    {
        var folder = await _shelf.PullAsync(Id, TestModels.WriteEmbedder(_shelf.Folder).Folder);
        var path = Path.Combine(folder, file);
        var bytes = await File.ReadAllBytesAsync(path, Cancellation);
        bytes[^2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancellation);
        var (options, faults) = _shelf.Choose(Id);
        Assert.Empty(faults);

        await using (var service = await RunningService.ListenAsync(options, loader: null))
        {
            var failure = await service.LoadedAsync();
            string[] parts = [$"'{file}' has other bytes", "'synapse models pull owner--tiny'", "'synapse models import FILE'", $"SYNAPSE__MODELS__FOLDER='{_shelf.Root}'"];
            Assert.All(parts, part => Assert.Contains(part, failure, StringComparison.Ordinal));
        }

        await _shelf.PullAsync("owner--tiny", folder);
        await using var mended = await RunningService.StartAsync(options);
        Assert.Single((await mended.PostAsync("/v1/embeddings", new { input = "rain" })).Embeddings);
    }

    [Fact]
    public async Task A_model_that_was_imported_from_a_folder_is_cured_by_another_import_alone()
    {
        var source = TestModels.WriteEmbedder(_shelf.Folder, "mine").Folder;
        await _shelf.ImportAsync(source);
        await File.AppendAllTextAsync(Path.Combine(_shelf.Root, "mine", "vocab.txt"), "boat\n", Cancellation);

        await using var service = await RunningService.ListenAsync(_shelf.Choose("mine").Options, loader: null);
        var failure = await service.LoadedAsync();
        Assert.Contains("'vocab.txt' has", failure, StringComparison.Ordinal);
        Assert.Contains("'synapse models import FILE'", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("models pull", failure, StringComparison.Ordinal);

        await _shelf.ImportAsync(source);
        await using var mended = await RunningService.StartAsync(_shelf.Choose("mine").Options);
        Assert.Single((await mended.PostAsync("/v1/embeddings", new { input = "rain" })).Embeddings);
    }

    [Fact]
    public async Task Weights_that_were_put_beside_those_of_the_lock_can_be_chosen()
    {
        var folder = await _shelf.PullAsync(Id, TestModels.WriteEmbedder(_shelf.Folder).Folder);
        File.Copy(Path.Combine(folder, "onnx", "model.onnx"), Path.Combine(folder, "onnx", "model_other.onnx"));

        await using var service = await RunningService.StartAsync(_shelf.Choose(Id).Options with { Weights = "model_other.onnx" });

        Assert.Single((await service.PostAsync("/v1/embeddings", new { input = "rain" })).Embeddings);
    }

    [Theory]
    [InlineData("bge-small-en-v1.5", "'synapse models pull bge-small-en-v1.5'")]
    [InlineData("owner/absent", "'synapse models pull owner/absent'")]
    [InlineData("absent", "'synapse models pull OWNER/NAME'")]
    [InlineData("a/b/c", "'synapse models list'")]
    public void A_model_that_is_not_there_is_told_with_the_command_that_gets_it(string name, string command)
    {
        var fault = Assert.Single(_shelf.Choose(name).Faults);

        Assert.StartsWith($"MODEL_NAME: '{name}': ", fault, StringComparison.Ordinal);
        Assert.Contains(command, fault, StringComparison.Ordinal);
        Assert.Contains($"SYNAPSE__MODELS__FOLDER='{_shelf.Root}'", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_counts_before_a_folder_of_the_current_one_and_a_path_is_never_a_name()
    {
        var here = Directory.EnumerateDirectories(Directory.GetCurrentDirectory()).Select(Path.GetFileName).First(name => name![0] != '.')!;
        Assert.Equal(Path.GetFullPath(here), _shelf.Choose(here).Options.Models.Single().Folder);
        Directory.CreateDirectory(Path.Combine(_shelf.Root, here));
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), Directory.CreateDirectory(_shelf.Folder["other"]).FullName);

        Assert.Equal(Path.Combine(_shelf.Root, here), _shelf.Choose(here).Options.Models.Single().Folder);
        Assert.Equal(Path.GetFullPath(here), _shelf.Choose($"./{here}").Options.Models.Single().Folder);
        Assert.Equal(("other", _shelf.Folder["other"]), _shelf.Choose(relative).Options.Models.Select(model => (model.Name, model.Folder)).Single());
        Assert.Contains("no such folder", Assert.Single(_shelf.Choose("./absent").Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_setting_the_models_lie_where_the_commands_put_them()
    {
        Assert.Equal(Path.Combine(UserDataFolder.Find(), "models"), ModelFolders.DefaultRoot(null));
        Assert.Equal("", ModelFolders.FolderCure(ModelFolders.DefaultRoot(null)));
    }
}
