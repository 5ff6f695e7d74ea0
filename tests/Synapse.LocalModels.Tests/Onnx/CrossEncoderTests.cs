using Synapse.LocalModels.Onnx;
using Synapse.TinyModels;

namespace Synapse.LocalModels.Tests.Onnx;

public sealed class CrossEncoderTests : IDisposable
{
    private static readonly ReadOnlyMemory<char>[] Passages = ["the red cat".AsMemory(), "an invoice for the client".AsMemory(), "rain and sun".AsMemory()];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, ScoreActivation.Model, true)]
    [InlineData("torch.nn.modules.linear.Identity", ScoreActivation.Model, false)]
    [InlineData("torch.nn.modules.activation.Sigmoid", ScoreActivation.Model, true)]
    [InlineData("torch.nn.modules.linear.Identity", ScoreActivation.Sigmoid, true)]
    [InlineData(null, ScoreActivation.Logit, false)]
    public async Task Scores_are_the_logits_or_their_sigmoid_as_configured_or_chosen(string? configured, ScoreActivation chosen, bool sigmoid)
    {
        TinyModelFolder.WriteCrossEncoder(_folder.Path, new EncoderShape(), configured);
        await using var raw = CrossEncoder.Load(_folder.Path, new() { Activation = ScoreActivation.Logit });
        await using var model = CrossEncoder.Load(_folder.Path, new() { Activation = chosen });
        var logits = await raw.ScoreAsync("the cat", Passages, Cancellation);
        var scores = await model.ScoreAsync("the cat", Passages, Cancellation);

        Assert.Equal(sigmoid, model.UsesSigmoid);
        Assert.All(logits.Zip(scores), pair => Assert.Equal(sigmoid ? 1 / (1 + MathF.Exp(-pair.First)) : pair.First, pair.Second, 1e-5f));
        Assert.True(logits.Distinct().Count() == Passages.Length);
    }

    [Fact]
    public async Task No_passages_have_no_scores()
    {
        TinyModelFolder.WriteCrossEncoder(_folder.Path, new EncoderShape());
        await using var model = CrossEncoder.Load(_folder.Path);

        Assert.Empty(await model.ScoreAsync("the cat", [], Cancellation));
    }
}
