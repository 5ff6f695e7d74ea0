using Synapse.LocalModels.Onnx.Batching;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Tests.Onnx.Batching;

public sealed class WaitingInputsTests
{
    private static readonly BatchLimits Limits = new(MaxBatchTokens: 100, RunCostTokens: 8, MaxWaitingTokens: 1_000, MaxWaitingInputs: 1_000);

    private readonly WaitingInputs _waiting = new(Limits, threads: 1);

    [Fact]
    public void The_input_whose_turn_it_is_runs_with_those_of_about_its_length()
    {
        Add(Call(), 20, 90, 22, 5, 19, 60);

        // 19 and 22 add 1 and 2 x 2 tokens of padding; 5 would add 17, 60 would add 3 x 38.
        Assert.Equal([20, 19, 22], Take());
        Assert.Equal([90], Take());
        Assert.Equal([5], Take());
        Assert.Equal([60], Take());
        Assert.Empty(Take());
    }

    [Fact]
    public void A_run_holds_no_more_than_its_tokens_padding_included()
    {
        Add(Call(), [.. Enumerable.Repeat(24, 9)]);

        Assert.Equal(4, Take().Length);
        Assert.Equal(5 * 24, _waiting.Tokens);
    }

    [Fact]
    public void A_run_is_half_as_long_when_what_waits_is_less_than_two_full_runs_for_each_thread()
    {
        Add(Call(), [.. Enumerable.Repeat(10, 19)]);

        Assert.Equal(9, Take().Length);
        Assert.Equal(5, Take().Length);
        Assert.Equal(5, Take().Length);
    }

    [Fact]
    public void An_input_longer_than_a_run_may_be_runs_alone()
    {
        Add(Call(), 300, 300);

        Assert.Equal([300], Take());
        Assert.Equal([300], Take());
    }

    [Fact]
    public void A_question_does_not_wait_for_the_thousand_passages_before_it()
    {
        Add(Call(), [.. Enumerable.Repeat(50, 1_000)]);
        Assert.Equal([50, 50], Take());
        Add(Call(), 10);

        Assert.Equal([50, 50], Take());
        Assert.Equal([10], Take());
    }

    [Fact]
    public void Passages_are_served_while_questions_keep_coming()
    {
        Add(Call(), [.. Enumerable.Repeat(50, 100)]);
        var passages = 0;
        for (var question = 0; question < 100; question++)
        {
            Add(Call(), 10);
            passages += Take().Count(static length => length == 50);
        }

        // Two callers at a time: about half of the tokens each.
        Assert.True(passages >= 20, $"Only {passages} passages ran beside 100 questions.");
    }

    [Fact]
    public void What_is_removed_does_not_run()
    {
        var call = Call();
        var inputs = Add(call, 20, 21, 22);
        _waiting.Remove(inputs[0]);
        _waiting.Remove(inputs[0]);

        Assert.Equal(43, _waiting.Tokens);
        Assert.Equal([21, 22], Take());
        Assert.Equal((0, 0), (call.WaitingInputs, call.WaitingTokens));
    }

    private static BatchCall Call() => new(1_000, 0, default);

    private List<WaitingInput> Add(BatchCall call, params int[] lengths)
    {
        var inputs = lengths.Select(length => new WaitingInput(call, 0, new TokenizedText(new int[length], new int[length], false), 0)).ToList();
        inputs.ForEach(_waiting.Add);
        return inputs;
    }

    private int[] Take()
    {
        var batch = new List<WaitingInput>();
        _waiting.Take(batch);
        return [.. batch.Select(static input => input.Length)];
    }
}
