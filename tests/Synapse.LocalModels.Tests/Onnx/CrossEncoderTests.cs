using System.Security.Cryptography;
using Synapse.Errors;
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
        var logits = (await raw.ScoreAsync("the cat", Passages, Cancellation)).Scores;
        var scores = (await model.ScoreAsync("the cat", Passages, Cancellation)).Scores;

        Assert.Equal(sigmoid, model.UsesSigmoid);
        Assert.All(logits.Zip(scores), pair => Assert.Equal(sigmoid ? 1 / (1 + MathF.Exp(-pair.First)) : pair.First, pair.Second, 1e-5f));
        Assert.True(logits.Distinct().Count() == Passages.Length);
    }

    [Fact]
    public async Task No_passages_have_no_scores()
    {
        TinyModelFolder.WriteCrossEncoder(_folder.Path, new EncoderShape());
        await using var model = CrossEncoder.Load(_folder.Path);

        var (scores, usage) = await model.ScoreAsync("the cat", [], Cancellation);

        Assert.Empty(scores);
        Assert.Equal(default, usage);
    }

    [Fact]
    public async Task Usage_counts_the_tokens_of_the_pairs_and_those_that_were_cut()
    {
        TinyModelFolder.WriteCrossEncoder(_folder.Path, new EncoderShape());
        await using var model = CrossEncoder.Load(_folder.Path, new() { MaxTokens = 10 });
        var (_, usage) = await model.ScoreAsync("cat", ["the red cat".AsMemory(), "the cat and the dog in the rain".AsMemory()], Cancellation);

        // [CLS] cat [SEP] the red cat [SEP]; ten of the other.
        Assert.Equal(new TokenUsage(7 + 10, 1), usage);
    }

    [Fact]
    public async Task A_call_with_more_tokens_than_are_taken_is_refused_and_nothing_of_it_runs()
    {
        TinyModelFolder.WriteCrossEncoder(_folder.Path, new EncoderShape());
        await using var model = CrossEncoder.Load(_folder.Path, new() { MaxCallTokens = 14 });

        Assert.Equal(14, (await model.ScoreAsync("cat", ["the red cat".AsMemory(), "the red dog".AsMemory()], Cancellation)).Usage.Tokens);
        var refused = await Assert.ThrowsAsync<TooManyTokensException>(async () => await model.ScoreAsync("cat", ["the red cat".AsMemory(), "the red dog".AsMemory(), "rain".AsMemory()], Cancellation));
        Assert.Equal((14, default), (refused.MaxTokens, model.Waiting));
    }

    [Fact]
    public async Task The_weights_are_told_by_their_digest_and_the_device_by_what_was_chosen()
    {
        TinyModelFolder.WriteCrossEncoder(_folder.Path, new EncoderShape());
        await using var model = CrossEncoder.Load(_folder.Path, new() { Device = OnnxDevice.Cpu });

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "onnx", "model.onnx"), Cancellation))), model.WeightsSha256);
        Assert.False(model.RunsOnCuda);
    }
}
