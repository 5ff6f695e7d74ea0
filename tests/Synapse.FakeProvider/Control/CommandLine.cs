using System.Globalization;
using System.Net;

namespace Synapse.Fakes.Control;

/// <summary>Reads the command line.</summary>
internal sealed class CommandLine
{
    public const string Usage = """
        Serves a fake of a model server on the loopback interface.

          --dialect D         openai, azure-legacy, azure-v1, llamacpp, vllm, ollama, tei, lmstudio, anthropic or entra
          --scenario S        what happens, as id?parameter=value (default: ok-stream)
          --address A         an address of the loopback interface (default: 127.0.0.1)
          --port P            0 picks a free one (default)
          --control-port P    where the scenario can be changed; 0 picks a free one (default)
          --key K             the key that requests must carry
          --client-secret S   the secret of the application that Entra knows
          --seed N            fixes ids and padding
          --models A,B        the models that it has; without, any name will do
          --context N         the window of the chat model, in tokens
          --https             serves TLS; --root FILE writes the certificate to trust, --names A,B names it is for
          --list              shows all scenarios and ends
        """;

    public FakeProviderOptions Options { get; } = new();

    public bool List { get; private set; }

    public bool Help { get; private set; }

    public string? RootFile { get; private set; }

    /// <exception cref="ArgumentException">An option is unknown, or its value is missing or no number.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        using var rest = arguments.GetEnumerator();
        while (rest.MoveNext())
        {
            var name = rest.Current;
            string Value() => rest.MoveNext() ? rest.Current : throw new ArgumentException($"The option '{name}' needs a value.");
            int Number() => int.TryParse(Value(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new ArgumentException($"The value of '{name}' is no number.");
            line.Read(name, Value, Number);
        }

        return line;
    }

    private void Read(string name, Func<string> value, Func<int> number)
    {
        switch (name)
        {
            case "--dialect": Options.Dialect = value(); break;
            case "--scenario": Options.Scenario = value(); break;
            case "--address": Options.Address = IPAddress.TryParse(value(), out var address) ? address : throw new ArgumentException($"The value of '{name}' is no address."); break;
            case "--port": Options.Port = number(); break;
            case "--control-port": Options.ControlPort = number(); break;
            case "--key": Options.Key = value(); break;
            case "--client-secret": Options.Entra = new() { ClientSecret = value() }; break;
            case "--seed": Options.Seed = number(); break;
            case "--context": Options.ContextTokens = number(); break;
            case "--https": Options.Https = true; break;
            case "--root": RootFile = value(); break;
            case "--list": List = true; break;
            case "-h" or "--help": Help = true; break;
            case "--models": Add(value(), Options.Models); break;
            case "--names": Add(value(), Options.HostNames); break;
            default: throw new ArgumentException($"There is no option '{name}'.");
        }
    }

    private static void Add(string list, IList<string> to)
    {
        foreach (var item in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            to.Add(item);
        }
    }
}
