using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Synapse.Providers.Configuration;

/// <summary>Reads single settings of one place, and notes what is wrong instead of throwing. An empty value counts as none.</summary>
/// <param name="configuration">Where the settings stand.</param>
/// <param name="place">What the operator writes before their names, such as <c>Synapse:Providers:0:</c>; empty for variables.</param>
/// <param name="faults">Takes what is wrong.</param>
internal sealed class SettingReader(IConfiguration configuration, string place, FaultList faults)
{
    private const int MaxSecretBytes = 64 * 1_024;
    private const int MaxShownLength = 60;
    private static readonly string[] Yes = ["true", "1", "yes", "on"];
    private static readonly string[] No = ["false", "0", "no", "off"];

    /// <summary>What the operator writes for a setting.</summary>
    public string KeyOf(string name) => place + name;

    /// <summary>Whether a setting has a value.</summary>
    public bool Has(string name) => !string.IsNullOrWhiteSpace(configuration[name]);

    /// <summary>A text without the blanks around it; null when there is none.</summary>
    public string? Text(string name)
    {
        var text = configuration[name]?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Any(char.IsControl))
        {
            faults.Add(KeyOf(name), "there is a line break or another control character in the value.", "Write it on one line.");
            return null;
        }

        return text;
    }

    /// <summary>A text as it is, blanks included: prefixes of texts to embed end with one.</summary>
    public string Verbatim(string name) => configuration[name] ?? "";

    /// <summary>The name of a model or deployment; null when there is none.</summary>
    public string? Model(string name) => Text(name) is { } model ? Named(name, model) : null;

    /// <summary>Names of models, separated by commas; none when it is not set or something was noted as wrong.</summary>
    public IReadOnlyList<string> Models(string name)
    {
        var models = (Text(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(model => Named(name, model)).ToArray();
        if (models.Distinct(StringComparer.OrdinalIgnoreCase).Count() < models.Length)
        {
            faults.Add(KeyOf(name), "a model is named twice.", "Name each once; new collections are embedded with the first.");
        }

        return models.Contains(null) ? [] : [.. models.OfType<string>()];
    }

    private string? Named(string name, string model)
    {
        if (KeyForm.IsPlaceholder(model) || model is ['"' or '\'', ..] or [.., '"' or '\''] || KeyForm.IssuerOf(model) is not null || model.Contains("://", StringComparison.Ordinal))
        {
            faults.Add(KeyOf(name), "the value is not the name of a model: it is an example, a key, an address, or stands in quotation marks.", "Write the name as the server lists it.");
            return null;
        }

        return model;
    }

    /// <summary>A yes or no; null when it is not set.</summary>
    public bool? Switch(string name)
    {
        var text = Text(name);
        if (text is null || Yes.Contains(text, StringComparer.OrdinalIgnoreCase) || No.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return text is null ? null : Yes.Contains(text, StringComparer.OrdinalIgnoreCase);
        }

        faults.Add(KeyOf(name), $"{Shown(text)} is neither yes nor no.", "Write true or false.");
        return null;
    }

    /// <summary>A whole number; null when it is not set or wrong.</summary>
    public int? Number(string name, int least, int most, string what)
    {
        var text = Text(name);
        if (text is null)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        faults.Add(KeyOf(name), $"{Shown(text)} is not a whole number from {Count(least)} to {Count(most)} ({what}).", "Write digits alone, or remove the setting.");
        return null;
    }

    /// <summary>A time in seconds; null when it is not set or wrong.</summary>
    public TimeSpan? Seconds(string name, int most = 86_400)
    {
        var text = Text(name);
        if (text is null)
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0.1m && seconds <= most)
        {
            return TimeSpan.FromSeconds((double)seconds);
        }

        faults.Add(KeyOf(name), $"{Shown(text)} is not a time from 0.1 to {Count(most)} seconds.", "Write seconds without a unit, or remove the setting.");
        return null;
    }

    /// <summary>A price; null when it is not set or wrong.</summary>
    public decimal? Price(string name)
    {
        var text = Text(name);
        if (text is null)
        {
            return null;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price is >= 0 and <= 100_000)
        {
            return price;
        }

        faults.Add(KeyOf(name), $"{Shown(text)} is not a price from 0 to 100,000 per million tokens.", "Write it with a decimal point and without a currency.");
        return null;
    }

    /// <summary>A secret, written out or in a file of its own; null when there is none or it is wrong.</summary>
    /// <param name="name">The setting with the secret itself.</param>
    /// <param name="fileName">The setting with the path of a file that holds nothing but the secret.</param>
    /// <param name="issuer">Who should have issued it; null when anyone may have.</param>
    public Secret? Secret(string name, string fileName, KeyIssuer? issuer = null)
    {
        var file = Text(fileName);
        if (file is not null && Has(name))
        {
            faults.Add(KeyOf(fileName), $"{KeyOf(name)} is set too.", "Keep one of the two.");
            return null;
        }

        var (key, value) = file is null ? (KeyOf(name), configuration[name]) : (KeyOf(fileName), ReadFile(KeyOf(fileName), file));
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        if (KeyForm.Check(value, issuer) is { } wrong)
        {
            faults.Add(key, wrong.Problem, wrong.Cure);
            return null;
        }

        return new Secret(value);
    }

    /// <summary>A value for a message: shortened, and hidden when it could be a key.</summary>
    public static string Shown(string value)
        => KeyForm.IssuerOf(value) is not null ? "the value (which looks like a key)" : value.Length <= MaxShownLength ? $"'{value}'" : $"'{value[..MaxShownLength]}...'";

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private string? ReadFile(string key, string path)
    {
        const string cure = "Name a readable text file that holds nothing but the secret.";
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[MaxSecretBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length).TrimStart('\uFEFF').TrimEnd('\r', '\n');
            if (length > MaxSecretBytes || text.Length == 0)
            {
                faults.Add(key, $"the file {Shown(path)} is {(text.Length == 0 ? "empty" : "too large for a secret")}.", cure);
                return null;
            }

            return text;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var reason = error switch
            {
                FileNotFoundException or DirectoryNotFoundException => "is not there",
                UnauthorizedAccessException => "may not be read",
                DecoderFallbackException => "is not UTF-8 text",
                _ => "cannot be read",
            };
            faults.Add(key, $"the file {Shown(path)} {reason}.", cure);
            return null;
        }
    }
}
