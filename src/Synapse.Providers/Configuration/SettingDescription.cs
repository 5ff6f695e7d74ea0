using System.Globalization;

namespace Synapse.Providers.Configuration;

/// <summary>One setting, as docs/configuration.md shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What may stand for its value.</param>
/// <param name="Meaning">What it does, in the Markdown of that page.</param>
/// <param name="Default">What holds without it.</param>
/// <param name="Example">A value; null where the page shows none.</param>
/// <param name="Least">Least number; null where the value is none.</param>
/// <param name="Most">Greatest number.</param>
public sealed record SettingDescription(string Name, SettingKind Kind, string Meaning, string Default, string? Example = null, decimal? Least = null, decimal? Most = null)
{
    /// <summary>What may stand for the value, in words: <c>whole number, 1 to 2,048</c>.</summary>
    public string Values
    {
        get
        {
            var kind = Kind switch
            {
                SettingKind.Switch => "`true` or `false`",
                SettingKind.Number => "whole number",
                SettingKind.Choice => "one of the words named",
                SettingKind.List => "texts, separated by commas",
                _ => $"{char.ToLowerInvariant(Kind.ToString()[0])}{Kind.ToString()[1..]}",
            };
            return Least is null ? kind : string.Create(CultureInfo.InvariantCulture, $"{kind}, {Least:#,##0.###} to {Most:#,##0.###}");
        }
    }
}
