using System.Globalization;
using System.Net;
using Synapse.EmbeddingServer.Security;
using Synapse.EmbeddingServer.Serving;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Hosting;

/// <summary>Reads the settings, and gathers everything that is wrong with them.</summary>
/// <param name="settings">Settings by the name of their variable.</param>
/// <param name="faults">Receives what is wrong, each with its key and its cure.</param>
internal sealed class ServiceOptionsReader(IReadOnlyDictionary<string, string> settings, List<string> faults)
{
    private const string LoopbackName = "localhost";
    private const string AnyAddress = "*";

    /// <summary>Reads the settings.</summary>
    /// <returns>Options that are not to be used when there are faults.</returns>
    public ServiceOptions Read()
    {
        ReportUnknown();
        var (batchSize, batchTokens) = (Number(ServiceSetting.BatchSize, 1, 4_096), Number(ServiceSetting.BatchTokens, 1, ServiceOptions.MostBatchTokens));
        if (batchSize is not null && batchTokens is not null)
        {
            faults.Add($"{ServiceSetting.BatchSize}, {ServiceSetting.BatchTokens}: they set the same limit. Leave one out.");
        }

        var defaults = new ServiceOptions();
        var options = new ServiceOptions
        {
            Models = Models(new ModelFolders(new ModelStore(Text(ServiceSetting.ModelsFolder) ?? ModelFolders.DefaultRoot(Text(ServiceSetting.DataFolder))))),
            Address = Address(),
            Port = Number(ServiceSetting.Port, 0, ushort.MaxValue) ?? defaults.Port,
            Key = Key(),
            AllowedHosts = AllowedHosts(),
            Device = Choice(ServiceSetting.Device, OnnxDevice.Auto, OnnxDevice.Cpu, OnnxDevice.Cuda),
            LogLevel = Choice(ServiceSetting.LogLevel, LogLevel.Information, LogLevel.Warning, LogLevel.Error, LogLevel.None),
            Threads = Number(ServiceSetting.Threads, 1, 1_024) ?? 0,
            Weights = Text(ServiceSetting.Weights),
            BatchSize = batchSize,
            BatchTokens = batchTokens,
            QueryPrefix = Raw(ServiceSetting.QueryPrefix),
            PassagePrefix = Raw(ServiceSetting.PassagePrefix),
            MaxInputs = Number(ServiceSetting.MaxInputs, 1, 100_000) ?? defaults.MaxInputs,
            MaxRequestTokens = Number(ServiceSetting.MaxRequestTokens, 1, 100_000_000) ?? defaults.MaxRequestTokens,
            MaxBodyBytes = Number(ServiceSetting.MaxBodyBytes, 1_024, 1 << 30) ?? defaults.MaxBodyBytes,
            MaxWaitingInputs = Number(ServiceSetting.MaxWaitingInputs, 1, 1_000_000) ?? defaults.MaxWaitingInputs,
            MaxWaitingTokens = Number(ServiceSetting.MaxWaitingTokens, 1, 100_000_000) ?? defaults.MaxWaitingTokens,
        };
        if (!options.IsLoopback && options.Key is null)
        {
            faults.Add($"{ServiceSetting.Host}: other machines could reach this address, and there is no key. Set {ServiceSetting.Key} or {ServiceSetting.KeyFile}, or leave {ServiceSetting.Host} out to serve this machine alone.");
        }

        return options;
    }

    // Names of our own that nobody reads are misspelt: the limit that was meant would silently not hold.
    private void ReportUnknown()
        => faults.AddRange(settings.Keys
            .Where(static key => key.StartsWith(ServiceSetting.OwnPrefix, StringComparison.Ordinal) && ServiceSetting.All.All(setting => setting.Variable != key))
            .Order(StringComparer.Ordinal)
            .Select(static key => $"{key}: there is no such setting. --help lists them all."));

    private List<ModelSource> Models(ModelFolders folders)
    {
        var sources = new List<ModelSource>();
        string[] names = (Text(ServiceSetting.Models) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
        {
            faults.Add($"{ServiceSetting.Models} / --model: no model is named. Name one that 'synapse models' keeps, such as --model all-MiniLM-L6-v2, or the folder of one, such as --model ./my-model.");
        }

        foreach (var name in names)
        {
            if (folders.Find(name, out var fault) is not { } source)
            {
                faults.Add($"{ServiceSetting.Models}: '{name}': {fault}");
                continue;
            }

            if (sources.Exists(other => other.Name == source.Name))
            {
                faults.Add($"{ServiceSetting.Models}: two models are called '{source.Name}'. Clients could not tell them apart; rename one folder.");
            }

            sources.Add(source);
        }

        return sources;
    }

    private IPAddress? Address()
    {
        switch (Text(ServiceSetting.Host))
        {
            case null or LoopbackName:
                return null;
            case AnyAddress:
                return IPAddress.IPv6Any;
            case var text when IPAddress.TryParse(text.Trim('[', ']'), out var address):
                return address;
            case var text:
                faults.Add($"{ServiceSetting.Host}: '{text}' is not an IP address. Name one of this machine, 0.0.0.0 or * for all of them, or leave it out for {LoopbackName}.");
                return null;
        }
    }

    private ServiceKey? Key()
    {
        var (key, file) = (Text(ServiceSetting.Key), Text(ServiceSetting.KeyFile));
        if (key is not null && file is not null)
        {
            faults.Add($"{ServiceSetting.Key}, {ServiceSetting.KeyFile}: both name a key. Leave one out.");
            return null;
        }

        if (file is not null)
        {
            key = ReadKey(file);
        }

        if (key is not null && key.Any(static character => char.IsWhiteSpace(character) || character is < '!' or > '~'))
        {
            faults.Add($"{(file is null ? ServiceSetting.Key : ServiceSetting.KeyFile)}: the key holds blanks or characters that no HTTP header takes. Use letters, digits and signs of ASCII.");
            return null;
        }

        return key is null ? null : new ServiceKey(key);
    }

    private string? ReadKey(string file)
    {
        try
        {
            if (File.ReadAllText(file).Trim() is { Length: > 0 } key)
            {
                return key;
            }

            faults.Add($"{ServiceSetting.KeyFile}: the file '{file}' is empty. Write the key into it.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{ServiceSetting.KeyFile}: the file '{file}' cannot be read ({error.GetType().Name}). Name a file that this program may read.");
        }

        return null;
    }

    private string[] AllowedHosts()
    {
        string[] hosts = (Text(ServiceSetting.AllowedHosts) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        faults.AddRange(hosts.Where(static host => Uri.CheckHostName(host) is UriHostNameType.Unknown)
            .Select(static host => $"{ServiceSetting.AllowedHosts}: '{host}' is not a host name. Give names without scheme and port, separated by commas."));
        return hosts;
    }

    /// <param name="key">The setting.</param>
    /// <param name="choices">What may be chosen; the first is the default.</param>
    private T Choice<T>(string key, params ReadOnlySpan<T> choices)
        where T : struct, Enum
    {
        var text = Text(key);
        foreach (var choice in choices)
        {
            if (text is null || text.Equals($"{choice}", StringComparison.OrdinalIgnoreCase))
            {
                return choice;
            }
        }

        faults.Add($"{key}: '{text}' is not one of {string.Join(", ", choices.ToArray()).ToLowerInvariant()}.");
        return choices[0];
    }

    private int? Number(string key, int least, int most)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        faults.Add(string.Create(CultureInfo.InvariantCulture, $"{key}: '{text}' is not a number from {least} to {most}."));
        return null;
    }

    private string? Text(string key) => Raw(key)?.Trim() is { Length: > 0 } text ? text : null;

    // Blanks at the end of a prefix count.
    private string? Raw(string key) => settings.TryGetValue(key, out var text) ? text : null;
}
