using Synapse.Fakes.Control;

namespace Synapse.Fakes.Tests.Control;

public sealed class CommandLineTests
{
    [Fact]
    public void Command_line_sets_the_options()
    {
        var line = CommandLine.Parse(["--dialect", "vllm", "--scenario", "429-then-ok-n?n=3", "--port", "8081", "--key", "k", "--seed", "5", "--models", "a, b", "--context", "4096", "--https"]);

        Assert.Equal(("vllm", "429-then-ok-n?n=3", 8081, "k", 5, 4096, true), (line.Options.Dialect, line.Options.Scenario, line.Options.Port, line.Options.Key, line.Options.Seed, line.Options.ContextTokens, line.Options.Https));
        Assert.Equal(["a", "b"], line.Options.Models);
    }

    [Fact]
    public void A_fake_can_stand_in_for_a_cloud_under_its_name()
    {
        var options = CommandLine.Parse(["--address", "127.0.0.2", "--names", "a.example, b.example", "--client-secret", "s"]).Options;

        Assert.Equal(("127.0.0.2", "s"), (options.Address.ToString(), options.Entra!.ClientSecret));
        Assert.Equal(["a.example", "b.example"], options.HostNames);
    }

    [Theory]
    [InlineData("The value of '--address' is no address.", "--address", "x")]
    [InlineData("There is no option '--nonsense'.", "--nonsense")]
    [InlineData("The option '--port' needs a value.", "--port")]
    [InlineData("The value of '--port' is no number.", "--port", "x")]
    public void Mistakes_are_named(string message, params string[] arguments)
        => Assert.Equal(message, Assert.Throws<ArgumentException>(() => CommandLine.Parse(arguments)).Message);
}
