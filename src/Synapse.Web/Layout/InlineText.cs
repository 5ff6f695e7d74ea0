using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Synapse.Web.Text;

namespace Synapse.Web.Layout;

/// <summary>
/// Renders text that a model wrote. The only elements that it can make are <c>strong</c>, <c>code</c> and a <c>span</c>, none with an attribute that the text
/// has a say in; so nothing in the text can load, run or lead anywhere. In C#, since every blank counts.
/// </summary>
public sealed class InlineText : ComponentBase
{
    /// <summary>The text.</summary>
    [Parameter, EditorRequired]
    public required string Text { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var run in InlineRun.Split(Text))
        {
            switch (run.Style)
            {
                case InlineStyle.Strong:
                    builder.OpenElement(0, "strong");
                    builder.AddContent(1, run.Text);
                    builder.CloseElement();
                    break;
                case InlineStyle.Code:
                    builder.OpenElement(2, "code");
                    builder.AddContent(3, run.Text);
                    builder.CloseElement();
                    break;
                case InlineStyle.Hidden:
                    builder.OpenElement(4, "span");
                    builder.AddAttribute(5, "class", "hidden-character");
                    builder.AddContent(6, run.Text);
                    builder.CloseElement();
                    break;
                default:
                    builder.AddContent(7, run.Text);
                    break;
            }
        }
    }
}
