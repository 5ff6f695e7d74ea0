using System.Text;
using System.Text.RegularExpressions;

namespace Synapse.Server.Hosting;

/// <summary>A <c>.env</c> file: one <c>NAME=value</c> per line. The environment of the process is never changed, and no message shows a value.</summary>
internal sealed partial class EnvironmentFile
{
    /// <summary>What such a file is called.</summary>
    public const string FileName = ".env";

    private const int MaxBytes = 1 << 20;
    private readonly Dictionary<string, (string Value, int Line)> _variables = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _faults = [];

    private EnvironmentFile(string path) => Path = path;

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>What is wrong, each with file and line.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The variables, each with its line, from 1.</summary>
    public IReadOnlyDictionary<string, (string Value, int Line)> Variables => _variables;

    /// <summary>Reads the file of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The file, with its faults if it has any; null when the folder has none.</returns>
    public static EnvironmentFile? Read(string folder)
    {
        var file = new EnvironmentFile(System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, FileName)));
        if (!System.IO.Path.Exists(file.Path))
        {
            return null;
        }

        try
        {
            // A folder of that name is where some tools keep a Python environment.
            if (!Directory.Exists(file.Path) && file.ReadText() is { } text)
            {
                file.Parse(text);
            }
        }
        catch (DecoderFallbackException)
        {
            file._faults.Add($"{file.Path}: the file is not UTF-8 text. Save it as UTF-8.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            file._faults.Add($"{file.Path}: the file cannot be read ({error.GetType().Name}). Make it readable, or remove it.");
        }

        return file;
    }

    private string? ReadText()
    {
        using var stream = File.OpenRead(Path);
        var bytes = new byte[MaxBytes + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MaxBytes)
        {
            _faults.Add($"{Path}: the file is larger than 1 MiB. Is it the right one?");
            return null;
        }

        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, length);
        return text is ['\uFEFF', ..] ? text[1..] : text;
    }

    private void Parse(string text)
    {
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var statement = line.Trim();
            if (statement.Length == 0 || statement[0] == '#')
            {
                continue;
            }

            var match = Assignment().Match(statement);
            if (!match.Success)
            {
                Fault(number, "this is not NAME=value. Names have letters, digits and underscores; a comment begins with '#'.");
            }
            else if (ReadValue(match.Groups["value"].Value, number) is { } value)
            {
                Add(match.Groups["name"].Value, value, number);
            }
        }
    }

    private void Add(string name, string value, int number)
    {
        if (_variables.TryGetValue(name, out var earlier))
        {
            Fault(number, $"{name} is set in line {earlier.Line} already. Keep one of the two.");
        }
        else if (value.Any(char.IsControl) && !value.Any(character => character is '\n' or '\t'))
        {
            Fault(number, $"the value of {name} holds a control character. Type it again.");
        }
        else
        {
            _variables.Add(name, (value, number));
        }
    }

    // Shells' rules, without what surprises: nothing is expanded, and a quoted value ends on its line.
    private string? ReadValue(string written, int number)
    {
        var text = written.TrimStart();
        if (text is not ['"' or '\'', ..])
        {
            // A '#' without a blank before it belongs to the value: passwords hold it.
            var comment = Comment().Match(written);
            var plain = (comment.Success ? written[..comment.Index] : written).Trim();
            return IsExpansion(plain, number) ? null : plain;
        }

        var quote = text[0];
        var value = new StringBuilder();
        for (var at = 1; at < text.Length; at++)
        {
            if (text[at] == quote)
            {
                return Ended(text[(at + 1)..], value.ToString(), quote, number);
            }

            if (quote == '"' && text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                value.Append(text[at] switch { 'n' => "\n", 't' => "\t", '"' => "\"", '\\' => "\\", '$' => "$", var other => $"\\{other}" });
                continue;
            }

            value.Append(text[at]);
        }

        Fault(number, $"the quotation mark {quote} is not closed in this line. Close it; values of several lines are not taken.");
        return null;
    }

    private string? Ended(string rest, string value, char quote, int number)
    {
        if (rest.Length > 0 && !Trailing().IsMatch(rest))
        {
            Fault(number, $"something stands after the closing {quote}. Put the whole value inside the quotation marks, or a blank and '#' before a comment.");
            return null;
        }

        return quote == '"' && IsExpansion(value, number) ? null : value;
    }

    private bool IsExpansion(string value, int number)
    {
        if (!Expansion().IsMatch(value))
        {
            return false;
        }

        Fault(number, "variables and commands in values are not expanded. Write the value itself, in single quotation marks if '${' or '$(' belongs to it.");
        return true;
    }

    private void Fault(int line, string what) => _faults.Add($"{Path}:{line}: {what}");

    [GeneratedRegex(@"^(?:export\s+)?(?<name>[A-Za-z_][A-Za-z0-9_.:-]*)\s*=(?<value>.*)$", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\s#")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*(?:\s#.*)?$")]
    private static partial Regex Trailing();

    [GeneratedRegex(@"\$\{\w+[^}]*\}|\$\(")]
    private static partial Regex Expansion();
}
