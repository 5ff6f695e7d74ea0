using System.Text;

namespace Synapse.Answering.Generation;

/// <summary>A prompt with named places: <c>{{question}}</c>. Filled in one pass, so that what is put in is never looked at for places.</summary>
internal sealed class PromptTemplate
{
    private const string Opener = "{{";
    private const string Closer = "}}";
    private readonly List<(string Text, string? Place)> _parts = [];

    private PromptTemplate()
    {
    }

    /// <summary>Reads a template, and adds what is wrong with it to the faults.</summary>
    /// <param name="file">Its file, to be named in faults.</param>
    /// <param name="text">Its text.</param>
    /// <param name="places">The places that it must have, and the only ones that it may have.</param>
    /// <param name="faults">Receives the faults, each with its cure.</param>
    public static PromptTemplate Parse(string file, string text, IReadOnlyList<string> places, ICollection<string> faults)
    {
        var template = new PromptTemplate();
        var position = 0;
        for (var open = text.IndexOf(Opener, StringComparison.Ordinal); open >= 0; open = text.IndexOf(Opener, position, StringComparison.Ordinal))
        {
            var close = text.IndexOf(Closer, open, StringComparison.Ordinal);
            if (close < 0)
            {
                faults.Add($"{file}: '{{{{' is never closed. Write {{{{NAME}}}} with one of {Names(places)}.");
                break;
            }

            var name = text[(open + Opener.Length)..close].Trim();
            if (!places.Contains(name))
            {
                faults.Add($"{file}: there is no placeholder {{{{{name}}}}}. Known here are {Names(places)}.");
            }

            template._parts.Add((text[position..open], name));
            position = close + Closer.Length;
        }

        template._parts.Add((text[position..], null));
        foreach (var missing in places.Where(place => !template._parts.Exists(part => part.Place == place)))
        {
            faults.Add($"{file}: the placeholder {{{{{missing}}}}} is missing. Put it where its text belongs, or remove the file for the prompt that Synapse brings along.");
        }

        return template;
    }

    /// <summary>Fills the places.</summary>
    public string Fill(Func<string, string> valueOf)
    {
        var filled = new StringBuilder();
        foreach (var (text, place) in _parts)
        {
            filled.Append(text);
            if (place is not null)
            {
                filled.Append(valueOf(place));
            }
        }

        return filled.ToString();
    }

    private static string Names(IReadOnlyList<string> places) => string.Join(", ", places.Select(place => $"{{{{{place}}}}}"));
}
