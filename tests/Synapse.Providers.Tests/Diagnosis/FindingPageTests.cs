using System.Text.RegularExpressions;
using Synapse.Providers.Diagnosis;
using Synapse.Telemetry;

namespace Synapse.Providers.Tests.Diagnosis;

/// <summary>docs/diagnosis.md has a line for every finding, and for none that there is not.</summary>
public sealed partial class FindingPageTests
{
    [Fact]
    public void Every_finding_has_its_line_and_no_other()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Diagnosis", "diagnosis.md"));
        var listed = Row().Matches(page).Select(match => match.Groups["code"].Value).ToArray();
        Assert.True(FindingCodes.All.Count >= 50, $"Only {FindingCodes.All.Count} findings were seen.");
        Assert.Equal(FindingCodes.All.Concat(StoreFindings.All).Order(), listed.Order());
    }

    [GeneratedRegex(@"^\| `(?<code>[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
