using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Synapse.Server.Hosting;

/// <summary>Finds what is wrong in a section of the configuration, and says it in words: the key, the range, and what holds without it.</summary>
internal static class SectionFaults
{
    /// <summary>Finds all faults of a section that is bound to a class of options whose limits are <see cref="RangeAttribute"/>.</summary>
    public static IEnumerable<string> Find<TOptions>(IConfiguration configuration, string section)
        where TOptions : new()
    {
        var properties = typeof(TOptions).GetProperties().ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var child in configuration.GetSection(section).GetChildren())
        {
            if (!properties.TryGetValue(child.Key, out var property))
            {
                yield return $"{section}:{child.Key}: there is no such setting. Known are {string.Join(", ", properties.Keys)}.";
            }
            else if (property.GetCustomAttribute<RangeAttribute>() is { } range && child.Value is { } text && !IsWithin(range, property.PropertyType, text))
            {
                var kind = property.PropertyType == typeof(TimeSpan) ? "time (hours:minutes:seconds)" : "number";
                yield return $"{section}:{property.Name}: '{text}' is not a {kind} from {Describe(range, property)}. Leave it out for {Format(property.GetValue(new TOptions()))}.";
            }
        }
    }

    /// <summary>The limits of a property, such as <c>1 to 1,000</c>.</summary>
    internal static string Describe(RangeAttribute range, PropertyInfo property)
        => $"{Format(Convert(property.PropertyType, range.Minimum))} to {Format(Convert(property.PropertyType, range.Maximum))}";

    /// <summary>A number or time as messages and pages write it.</summary>
    internal static string Format(object? value) => value switch
    {
        TimeSpan time when time.Ticks % TimeSpan.TicksPerSecond != 0 => time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0'),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
    };

    private static object? Convert(Type type, object limit)
        => limit is string text ? TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text) : limit;

    private static bool IsWithin(RangeAttribute range, Type type, string text)
    {
        try
        {
            return range.IsValid(Convert(type, text));
        }
        catch (Exception unreadable) when (unreadable is FormatException or ArgumentException or OverflowException)
        {
            return false;
        }
    }
}
