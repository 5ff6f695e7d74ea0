using Synapse.Switching;
using Synapse.Web.Switching;

namespace Synapse.Web.Tests.Switching;

/// <summary>What the page says of a switch, and what it offers to do, in each of its states.</summary>
public sealed class SwitchWordsTests
{
    private static readonly SwitchComparison s_worse = new(EvaluationBasis.Drawn, 50, 0.8, 0.5, 0.9, 0.75, 0.4, DateTimeOffset.UnixEpoch);
    private static readonly ModelSwitch s_filling = new(
        1, new("old", 4), new("new", 4), SwitchState.Filling, SwitchWish.WhenGood, new(10, 0, 1_000, 0, 0), DateTimeOffset.UnixEpoch, null, null, null);

    public static TheoryData<SwitchState, SwitchWish, string, string> States { get; } = new()
    {
        { SwitchState.Filling, SwitchWish.WhenGood, "Embedding with 'new'", "Wait for me, Give up" },
        { SwitchState.Filling, SwitchWish.Hold, "Embedding with 'new'", "Change over when it is no worse, Give up" },
        { SwitchState.Filling, SwitchWish.Switch, "Embedding with 'new'", "Wait for me, Give up" },
        { SwitchState.Filling, SwitchWish.Remove, "The switch is being ended", "" },
        { SwitchState.Ready, SwitchWish.WhenGood, "'new' was found to be worse", "Use the new model, Give up" },
        { SwitchState.Ready, SwitchWish.Hold, "'new' was found to be worse", "Use the new model, Give up" },
        { SwitchState.Ready, SwitchWish.Switch, "About to change over to 'new'", "Wait for me, Give up" },
        { SwitchState.Switched, SwitchWish.Hold, "Searches use 'new'", "Go back to the old model, Remove the old embeddings" },
        { SwitchState.Switched, SwitchWish.Return, "On the way back to 'old'", "Stay with the new model" },
        { SwitchState.Switched, SwitchWish.Remove, "The switch is being ended", "" },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void Each_state_has_its_title_and_only_what_the_core_does_not_refuse(SwitchState state, SwitchWish wish, string title, string labels)
    {
        var now = s_filling with { State = state, Wish = wish, Comparison = state == SwitchState.Filling ? null : s_worse };

        Assert.Equal(title, SwitchWords.Title(now));
        var actions = SwitchAction.Of(now);
        Assert.Equal(labels, string.Join(", ", actions.Select(static action => action.Label)));
        Assert.All(actions, action => Assert.Equal(action.Wish == SwitchWish.Remove, action.IsFinal));
        // As ModelSwitching.WishAsync has it.
        Assert.DoesNotContain(actions, action => action.Wish == SwitchWish.Return && state != SwitchState.Switched);
        Assert.DoesNotContain(actions, action => action.Wish is SwitchWish.Switch or SwitchWish.WhenGood && state == SwitchState.Switched);
    }

    [Theory]
    [InlineData(0.80, 0.50, 50, "'new' was found to be worse.")]
    [InlineData(0.80, 0.79, 50, "'new' was found to be no worse.")]
    [InlineData(0.80, 0.81, 50, "'new' was found to be no worse.")]
    [InlineData(0.80, 0.83, 50, "'new' was found to be better.")]
    [InlineData(0.00, 0.00, 0, "There was nothing to ask, so nothing says that 'new' is worse.")]
    public void Verdict_calls_better_or_worse_only_what_is_beyond_the_tolerance(double old, double now, int questions, string expected)
        => Assert.Equal(expected, SwitchWords.Verdict(s_worse with { Ndcg = old, ShadowNdcg = now, Questions = questions }, "new"));

    [Fact]
    public void Progress_is_told_at_each_quarter_however_often_the_page_looks()
    {
        var told = new List<string>();
        var before = s_filling;
        for (var chunks = 1; chunks <= 999; chunks++)
        {
            var now = s_filling with { Progress = s_filling.Progress with { ChunksDone = chunks } };
            told.AddRange(SwitchWords.Change("docs", before, now) is { } change ? [change] : []);
            before = now;
        }

        Assert.Equal(["docs: 250 of 1,000 chunks embedded.", "docs: 500 of 1,000 chunks embedded.", "docs: 750 of 1,000 chunks embedded."], told);
    }

    [Fact]
    public void Change_of_state_is_told_with_the_verdict_a_hindrance_once_and_the_end_with_the_model_that_stays()
    {
        var ready = s_filling with { State = SwitchState.Ready, Comparison = s_worse };
        Assert.StartsWith("docs: 'new' was found to be worse. Searches use 'old' until you decide.", SwitchWords.Change("docs", s_filling, ready), StringComparison.Ordinal);
        var switched = s_filling with { State = SwitchState.Switched, Comparison = s_worse with { ShadowNdcg = 0.8 } };
        Assert.StartsWith("docs: Searches use 'new'. 'new' was found to be no worse. The embeddings of 'old' are kept", SwitchWords.Change("docs", s_filling, switched), StringComparison.Ordinal);
        var hindered = s_filling with { Error = "It is down." };
        Assert.Equal("docs: hindered, and tried again. It is down.", SwitchWords.Change("docs", s_filling, hindered));
        Assert.Null(SwitchWords.Change("docs", hindered, hindered));
        Assert.Equal("docs stays with 'old'. The other embeddings are removed.", SwitchWords.Change("docs", s_filling, null));
        Assert.Null(SwitchWords.Change("docs", null, null));
    }

    [Fact]
    public void Page_looks_often_only_while_something_moves_by_itself()
    {
        var done = s_filling.Progress with { DocumentsDone = 10 };
        Assert.True(SwitchWords.IsMoving(s_filling));
        Assert.True(SwitchWords.IsMoving(s_filling with { State = SwitchState.Switched, Wish = SwitchWish.Return, Progress = done }));
        Assert.True(SwitchWords.IsMoving(s_filling with { State = SwitchState.Ready, Comparison = s_worse with { ShadowNdcg = 0.8 }, Progress = done }));
        Assert.False(SwitchWords.IsMoving(s_filling with { Error = "It is down." }));
        Assert.False(SwitchWords.IsMoving(s_filling with { State = SwitchState.Ready, Comparison = s_worse, Progress = done }));
        Assert.False(SwitchWords.IsMoving(s_filling with { State = SwitchState.Switched, Wish = SwitchWish.Hold, Progress = done }));
    }
}
