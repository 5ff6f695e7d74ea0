using System.CommandLine;
using System.CommandLine.Parsing;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary>Options that several commands have, each with one meaning.</summary>
internal static class SharedOptions
{
    /// <summary>Name of the argument of <c>search</c>.</summary>
    public const string QueryName = "query";

    /// <summary>Name of the argument of <c>ask</c>.</summary>
    public const string QuestionName = "question";

    /// <summary>The data folder.</summary>
    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder that holds everything Synapse keeps. Default: SYNAPSE_DATA, else the user's application data.",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>The data folder that a command line names, or the default.</summary>
    public static DataFolder DataFolderOf(ParseResult parsed) => new(parsed.GetValue(Data) ?? DataFolder.DefaultPath());

    /// <summary>Makes the option for machine-readable output.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Write one JSON document to the standard output, errors included." };

    /// <summary>Makes the option for a collection.</summary>
    public static Option<string?> Collection(string description) => new("--collection", "-c") { Description = description, HelpName = "NAME" };

    /// <summary>Makes the option for the most results.</summary>
    public static Option<int> Limit(string description)
    {
        var option = new Option<int>("--limit", "-n") { Description = description, HelpName = "1-100", DefaultValueFactory = _ => 10 };
        option.Validators.Add(result => CheckLimit(result, option));
        return option;
    }

    /// <summary>Makes the argument for the folder to ask.</summary>
    public static Argument<string?> Folder()
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "Folder (or file) to ask. It is indexed first, or brought up to date if it was before.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        folder.Validators.Add(CheckPaths);
        return folder;
    }

    /// <summary>Makes the argument for paths.</summary>
    public static Argument<string[]> Paths(string name, string description, ArgumentArity arity)
    {
        var paths = new Argument<string[]>(name) { Description = description, Arity = arity };
        paths.Validators.Add(CheckPaths);
        return paths;
    }

    // What looks like an option and is none would else be taken for a path, and the message would be about a missing file.
    private static void CheckPaths(ArgumentResult result)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.StartsWith('-') && !Path.Exists(token.Value)))
        {
            result.AddError($"There is no option '{token.Value}'.");
        }
    }

    private static void CheckLimit(OptionResult result, Option<int> option)
    {
        if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var limit) && limit is >= 1 and <= 100))
        {
            result.AddError($"--limit is a number from 1 to 100, not '{token.Value}'.");
        }
    }
}
