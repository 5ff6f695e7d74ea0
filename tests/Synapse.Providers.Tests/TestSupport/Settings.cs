using Microsoft.Extensions.Configuration;
using Synapse.Providers.Configuration;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>Reads providers from lines of <c>NAME=value</c>, as they stand in a file.</summary>
internal static class Settings
{
    public const string OpenAIKey = "sk-proj-a1B2c3D4e5F6g7H8";
    public const string AzureKey = "0123456789abcdef0123456789abcdef";
    public const string Guid = "11111111-2222-3333-4444-555555555555";

    public static ProviderConfiguration Read(string lines) => ProviderSettingsReader.Read(Of(lines));

    /// <summary>The one provider of settings that are right.</summary>
    public static ProviderSettings One(string lines)
    {
        var read = Read(lines);
        Assert.Empty(read.Faults);
        return Assert.Single(read.Providers);
    }

    /// <summary>The one fault of settings that are wrong in one way.</summary>
    public static ConfigurationFault Fault(string lines) => Assert.Single(Read(lines).Faults);

    /// <summary>The lines as settings; of two for the same name the later counts, so that a right configuration can be made wrong by one line.</summary>
    public static IConfigurationRoot Of(string lines)
        => new ConfigurationBuilder().AddInMemoryCollection(Pairs(lines).GroupBy(pair => pair.Key).Select(group => group.Last())).Build();

    private static IEnumerable<KeyValuePair<string, string?>> Pairs(string lines) => lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line.Contains('=', StringComparison.Ordinal))
        .Select(line => KeyValuePair.Create(line[..line.IndexOf('=', StringComparison.Ordinal)].Trim().Replace("__", ":", StringComparison.Ordinal),
            (string?)line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].TrimEnd('\r')));
}
