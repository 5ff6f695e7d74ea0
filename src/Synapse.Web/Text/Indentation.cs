namespace Synapse.Web.Text;

/// <summary>Takes away what the lines of a piece of code are indented by in common.</summary>
internal static class Indentation
{
    /// <summary>Removes the blanks that all lines begin with; empty lines do not count.</summary>
    public static string Remove(string text)
    {
        var lines = text.Split('\n');
        var common = int.MaxValue;
        foreach (var line in lines.Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            common = Math.Min(common, line.Length - line.TrimStart(' ', '\t').Length);
        }

        return common is 0 or int.MaxValue ? text : string.Join('\n', lines.Select(line => line.Length >= common ? line[common..] : ""));
    }
}
