using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Synapse.Server.Hosting;

namespace Synapse.Deployment.Tests.Settings;

/// <summary>A section of the configuration that is bound to a class: what the class, its limits and its documentation say.</summary>
internal static partial class OptionsSection
{
    /// <summary>All of them, by the name of the section: classes of ours with a constant <c>SectionName</c>.</summary>
    public static IReadOnlyList<(string Section, Type Options)> All { get; } =
    [
        .. typeof(ServerOptions).Assembly.GetReferencedAssemblies().Append(typeof(ServerOptions).Assembly.GetName())
            .Where(name => name.Name!.StartsWith("Synapse", StringComparison.Ordinal))
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .Select(type => (Section: type.GetField("SectionName", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)?.GetRawConstantValue() as string ?? "", Options: type))
            .Where(pair => pair.Section.Length > 0)
            .OrderBy(pair => pair.Section, StringComparer.Ordinal),
    ];

    /// <summary>The first sentences of the class.</summary>
    public static string Summary(Type options) => SummaryOf(options.Assembly, $"T:{options.FullName}");

    /// <summary>One row for each setting: its key, meaning, values and default.</summary>
    public static IEnumerable<string[]> Rows(string section, Type options)
    {
        var standard = Activator.CreateInstance(options);
        return from property in options.GetProperties()
               let range = property.GetCustomAttribute<RangeAttribute>()
               let isList = property.PropertyType != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(property.PropertyType)
               where property.SetMethod is { IsPublic: true } || isList
               let values = range is null ? ValuesOf(property.PropertyType, isList) : $"{ValuesOf(property.PropertyType, isList)}, {SectionFaults.Describe(range, property)}"
               select (string[])[
                   $"`{section}:{property.Name}{(isList ? ":0" : "")}`",
                   Meaning(SummaryOf(options.Assembly, $"P:{options.FullName}.{property.Name}"), range is not null),
                   values,
                   isList || property.GetValue(standard) is null ? "none" : Default(property.GetValue(standard)!),
               ];
    }

    private static string ValuesOf(Type type, bool isList)
        => isList ? "text; `:1` and so on for more"
            : (Nullable.GetUnderlyingType(type) ?? type) is var plain && plain == typeof(TimeSpan) ? "time (hours:minutes:seconds)"
            : plain == typeof(bool) ? "`true` or `false`"
            : plain == typeof(string) ? "text"
            : plain.IsEnum ? string.Join(", ", Enum.GetNames(plain).Select(name => $"`{name}`"))
            : plain == typeof(double) || plain == typeof(float) || plain == typeof(decimal) ? "number" : "whole number";

    private static string Default(object value) => value switch { bool yes => yes ? "`true`" : "`false`", string or Enum => $"`{value}`", _ => SectionFaults.Format(value) };

    // The limits stand in a column of their own.
    private static string Meaning(string summary, bool hasLimits)
    {
        var text = hasLimits ? Limits().Replace(summary, "") : summary;
        text = text.EndsWith('.') && !text[..^1].Contains(". ", StringComparison.Ordinal) ? text[..^1] : text;
        return char.ToLowerInvariant(text[0]) + text[1..];
    }

    private static string SummaryOf(Assembly assembly, string member)
    {
        var documentation = XDocument.Load(Path.ChangeExtension(Path.Combine(AppContext.BaseDirectory, Path.GetFileName(assembly.Location)), ".xml"));
        var summary = documentation.Descendants("member").Single(element => (string?)element.Attribute("name") == member).Element("summary")!;
        return Blanks().Replace(string.Concat(summary.Nodes().Select(Markdown)), " ").Trim();
    }

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } reference => $"`{reference.Value.Split('.')[^1]}`",
        _ => ((XElement)node).Value,
    };

    [GeneratedRegex(@"; [\d][^;.]* to [\d][^;.]*(\.\d+ [^;.]*)?(?=\.)")]
    private static partial Regex Limits();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
