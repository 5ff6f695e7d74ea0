using System.Text;

namespace Synapse.Cli.Output;

/// <summary>Writes text for people: styled on a terminal, plain everywhere else and when NO_COLOR is set.</summary>
/// <param name="writer">Where to write.</param>
/// <param name="isRedirected">Whether the writer goes to a file or pipe.</param>
internal sealed class Terminal(TextWriter writer, bool isRedirected)
{
    private const string Reset = "\e[0m";

    // An empty NO_COLOR counts as not set (no-color.org).
    private readonly bool _isStyled = !isRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether words can be marked by style.</summary>
    public bool IsStyled => _isStyled;

    /// <summary>Writes a line.</summary>
    public void Line(string text = "") => writer.WriteLine(text);

    /// <summary>Writes text without ending the line, at once.</summary>
    public void Write(string text)
    {
        writer.Write(text);
        writer.Flush();
    }

    /// <summary>Writes all that is buffered.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => writer.FlushAsync(cancellationToken);

    /// <summary>Bold text.</summary>
    public string Bold(string text) => Style("\e[1m", text);

    /// <summary>Text that steps back.</summary>
    public string Dim(string text) => Style("\e[2m", text);

    /// <summary>A place in a document.</summary>
    public string Place(string text) => Style("\e[36m", text);

    /// <summary>A word that was asked for.</summary>
    public string Match(string text) => Style("\e[1;33m", text);

    /// <summary>Foreign text without control characters and without marks that turn the direction of text: neither a file nor a model must steer the terminal.</summary>
    public static string Clean(string text)
    {
        if (!text.Any(Steers))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var unit in text)
        {
            clean.Append(Steers(unit) ? '\uFFFD' : unit);
        }

        return clean.ToString();
    }

    private static bool Steers(char unit)
        => (char.IsControl(unit) && unit != '\t') || unit is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F' or '\u061C';

    private string Style(string code, string text) => _isStyled ? $"{code}{text}{Reset}" : text;
}
