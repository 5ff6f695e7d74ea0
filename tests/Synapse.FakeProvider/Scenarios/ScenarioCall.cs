using System.Globalization;

namespace Synapse.Fakes.Scenarios;

/// <summary>A scenario with its parameters, which counts how often it was met.</summary>
internal sealed class ScenarioCall
{
    private readonly Dictionary<string, string> _values;
    private int _uses;

    private ScenarioCall(string text, Scenario scenario, Dictionary<string, string> values)
    {
        Text = text;
        Scenario = scenario;
        _values = values;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    public Scenario Scenario { get; }

    /// <summary>Reads <c>id?parameter=value&amp;parameter=value</c>.</summary>
    /// <exception cref="ArgumentException">There is no such scenario, or it has no such parameter.</exception>
    public static ScenarioCall Parse(string text)
    {
        var parts = text.Split('?', 2);
        var scenario = ScenarioCatalogue.Find(parts[0])
            ?? throw new ArgumentException($"There is no scenario named '{parts[0]}'. Known: {string.Join(", ", ScenarioCatalogue.Ids)}.", nameof(text));
        var values = parts.Length < 2 ? [] : parts[1].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "", StringComparer.Ordinal);
        var unknown = values.Keys.FirstOrDefault(name => !scenario.Parameters.ContainsKey(name) && !ScenarioCatalogue.CommonParameters.ContainsKey(name));
        if (unknown is not null)
        {
            throw new ArgumentException(
                $"The scenario '{scenario.Id}' has no parameter '{unknown}'. Known: {string.Join(", ", scenario.Parameters.Keys.Concat(ScenarioCatalogue.CommonParameters.Keys))}.",
                nameof(text));
        }

        return new(text, scenario, values);
    }

    /// <summary>Counts one more request that meets it.</summary>
    public ScenarioUse Next() => new(this, Interlocked.Increment(ref _uses));

    public string Value(string name)
        => _values.TryGetValue(name, out var value) || Scenario.Parameters.TryGetValue(name, out value) || ScenarioCatalogue.CommonParameters.TryGetValue(name, out value) ? value : "";

    public int Number(string name) => int.Parse(Value(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public TimeSpan Milliseconds(string name)
        => TimeSpan.FromMilliseconds(double.Parse(Value(name), NumberStyles.Float, CultureInfo.InvariantCulture));
}
