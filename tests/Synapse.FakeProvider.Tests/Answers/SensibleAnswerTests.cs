using Synapse.Fakes.Answers;

namespace Synapse.Fakes.Tests.Answers;

public sealed class SensibleAnswerTests
{
    [Theory]
    [InlineData("[1] Cats sleep.\n[2] The store keeps vectors in segments.\n\nQuestion: Where are vectors kept?", "The store keeps vectors in segments [2].")]
    [InlineData("<passage number=\"1\">\nCats sleep.\n</passage>\n<passage number=\"2\">\nVectors live in segments. Cats purr.\n</passage>\nWhere do vectors live?", "Vectors live in segments [2].")]
    [InlineData("Passage 1: Vectors live in segments!\nPassage 2: Cats sleep.\nQuestion: Where do vectors live?", "Vectors live in segments [1]!")]
    [InlineData("Passages:\n\n<<<ab12 PASSAGE 1>>>\nFrom a.md, Cats\nCats sleep.\n<<<ab12 END>>>\n\n<<<ab12 PASSAGE 2>>>\nFrom b.md\n# Where vectors live\n\nVectors live in segments.\n<<<ab12 END>>>\n\nThe question:\n\n<<<ab12 QUESTION>>>\nWhere do vectors live?\n<<<ab12 END>>>\n", "Vectors live in segments [2].")]
    [InlineData("[1] Cats sleep.\n\nQuestion: What about whales?", "The passages do not answer this question.")]
    public void Answer_cites_the_passages_that_share_words_with_the_question(string prompt, string expected)
        => Assert.Equal(expected, SensibleAnswer.To([new("user", prompt)]));

    [Fact]
    public void Answer_finds_passages_in_the_system_message()
        => Assert.Equal("Vectors live in segments [1].", SensibleAnswer.To([new("system", "Cite.\n[1] Vectors live in segments."), new("user", "Where do vectors live?")]));

    [Fact]
    public void Rewriting_of_a_framed_question_gives_it_back()
        => Assert.Equal("And at night?", SensibleAnswer.To([new("user", "Make a question that can be searched for by itself.\n\n<<<ab12 QUESTION>>>\nAnd at night?\n<<<ab12 END>>>\n\nDo not answer it.")]));

    [Fact]
    public void Rewriting_gives_the_question_back()
        => Assert.Equal("And at night?", SensibleAnswer.To([new("system", "Rewrite the last question as a standalone search question."), new("user", "Question: And at night?")]));
}
