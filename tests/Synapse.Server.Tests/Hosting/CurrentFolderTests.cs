using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Hosting;

/// <summary>People run commands inside folders that others made.</summary>
public sealed class CurrentFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("SYNAPSE__EGRESS__CAFILE=ca.pem")]
    [InlineData("Synapse__Egress__Hosts__api.openai.com=10.9.9.9")]
    [InlineData("SYNAPSE__EGRESS__PRIVATEADDRESSES__0=10.0.0.0/8")]
    public void A_foreign_folder_decides_neither_what_is_trusted_nor_where_connections_go(string line)
    {
        _folder.Write("foreign/.env", $"\n{line}\n");
        var fault = Assert.Single(Read().Faults);
        Assert.StartsWith(Path.Combine(_folder.Path, "foreign", ".env") + ":2: ", fault, StringComparison.Ordinal);
        Assert.Contains("stands in the current folder", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_foreign_folder_may_ask_for_more_privacy_and_the_own_data_folder_for_anything()
    {
        _folder.Write("foreign/.env", "SYNAPSE_OFFLINE=true\n");
        _folder.Write("data/.env", "SYNAPSE__EGRESS__CAFILE=ca.pem\n");
        var settings = Read();
        Assert.Empty(settings.Faults);
        Assert.Equal("true", settings.Configuration["SYNAPSE_OFFLINE"]);
        Assert.Equal("ca.pem", settings.Configuration["Synapse:Egress:CaFile"]);
    }

    private StartSettings Read() => StartSettings.Read(new DataFolder(Path.Combine(_folder.Path, "data")), Path.Combine(_folder.Path, "foreign"));
}
