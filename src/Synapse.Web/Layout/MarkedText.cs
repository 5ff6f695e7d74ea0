using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Synapse.Web.Text;

namespace Synapse.Web.Layout;

/// <summary>Renders runs of text as they are, the marked ones in <c>mark</c> elements. In C#, since every blank counts.</summary>
public sealed class MarkedText : ComponentBase
{
    /// <summary>The text.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<TextRun> Runs { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        foreach (var run in Runs)
        {
            if (run.IsMarked)
            {
                builder.OpenElement(0, "mark");
                builder.AddContent(1, run.Text);
                builder.CloseElement();
            }
            else
            {
                builder.AddContent(2, run.Text);
            }
        }
    }
}
