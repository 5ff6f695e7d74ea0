using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Tests.Downloading;

public sealed class DownloadHostsTests
{
    [Theory]
    [InlineData("https://cdn-lfs.hf.co/x", true)]
    [InlineData("https://us.aws.cdn.hf.co/x", true)]
    [InlineData("https://cdn-lfs.huggingface.co/x", true)]
    [InlineData("https://huggingface.co/x", true)]
    [InlineData("http://cdn-lfs.hf.co/x", false)]
    [InlineData("http://huggingface.co/x", false)]
    [InlineData("https://cdn-lfs.hf.co:8443/x", false)]
    [InlineData("https://hf.co.evil.example/x", false)]
    [InlineData("https://evilhf.co/x", false)]
    [InlineData("https://user@cdn-lfs.hf.co/x", false)]
    [InlineData("https://127.0.0.1/x", false)]
    [InlineData("file:///etc/passwd", false)]
    public void The_public_hub_sends_on_to_its_own_hosts_alone(string address, bool allowed)
        => Assert.Equal(allowed, new DownloadHosts(new Uri("https://huggingface.co"), ModelStoreOptions.KnownDownloadHosts).Allows(new Uri(address)));

    [Theory]
    [InlineData("cdn.example", true)]
    [InlineData("*.example", true)]
    [InlineData("cdn.example:8443", true)]
    [InlineData("[::1]:8443", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("https://cdn.example", false)]
    [InlineData("cdn.example/path", false)]
    [InlineData("cdn.example:0", false)]
    [InlineData("*.", false)]
    public void An_entry_is_a_name_with_or_without_a_port(string entry, bool readable)
        => Assert.Equal(readable, ModelStoreOptions.IsDownloadHost(entry));
}
