using Synapse.LocalModels.Onnx;
using Synapse.TinyModels;

namespace Synapse.ModelGolden.Tests.Onnx;

/// <summary>Scores of a small cross-encoder, against the same files in @huggingface/transformers.</summary>
public sealed class CrossEncoderGoldenTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("synapse-golden-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Scores_agree_for_pairs_of_every_length()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tiny = TinyModelFolder.WriteCrossEncoder(_folder, new EncoderShape(), "torch.nn.modules.linear.Identity");
        await using var model = CrossEncoder.Load(_folder);
        string[] queries = [GoldenTexts.OfWords(tiny, 3, 1), GoldenTexts.OfWords(tiny, 30, 2), GoldenTexts.OfWords(tiny, 55, 3)];
        var passages = GoldenTexts.Mixed(tiny, 33, seed: 4);

        var expected = await TransformersReference.AskAsync(_folder, "scores", queries.Select(query => new ReferenceGroup(passages, [], Query: query)), cancellation);
        for (var i = 0; i < queries.Length; i++)
        {
            var (scores, _) = await model.ScoreAsync(queries[i], [.. passages.Select(passage => passage.AsMemory())], cancellation);
            Assert.All(expected[i].Zip(scores), pair => Assert.Equal(pair.First[0], pair.Second, 1e-4f));
            Assert.True(scores.Max() - scores.Min() > 0.01f, "All passages have the same score.");
        }
    }
}
