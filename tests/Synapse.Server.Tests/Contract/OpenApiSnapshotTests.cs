using System.Runtime.CompilerServices;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Contract;

/// <summary>The OpenAPI document is a contract: it changes only together with the committed snapshot.</summary>
public sealed class OpenApiSnapshotTests(RunningServer server)
{
    [Fact]
    public async Task The_document_is_the_committed_one()
    {
        using var client = server.Program();
        var served = (await client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).ReplaceLineEndings("\n") + "\n";
        var committed = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Contract", "openapi.v1.json"), TestContext.Current.CancellationToken);
        if (served != committed && Environment.GetEnvironmentVariable("SYNAPSE_UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(SourcePath(), served, TestContext.Current.CancellationToken);
        }

        Assert.True(
            served == committed,
            "The OpenAPI document has changed. If that is meant, run this test with SYNAPSE_UPDATE_SNAPSHOTS=1 and commit tests/Synapse.Server.Tests/Contract/openapi.v1.json.");
    }

    private static string SourcePath([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "openapi.v1.json");
}
