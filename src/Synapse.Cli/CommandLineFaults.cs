using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Synapse.Cli.Commands;

namespace Synapse.Cli;

/// <summary>Says in words what is wrong with a command line.</summary>
internal static class CommandLineFaults
{
    /// <summary>Describes all faults together; null when there are none.</summary>
    public static string? Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction)
        {
            var errors = command.Subcommands.Count > 0 ? [DescribeMissingCommand(parsed)] : parsed.Errors.Select(error => Describe(error, parsed));
            return $"{string.Join(" ", errors.Distinct())} See '{NameOf(parsed.CommandResult)} --help'.";
        }

        return FindStrayOption(parsed) is { } stray
            ? $"There is no option '{stray}'. To look for it as text, write '--' before it. See '{NameOf(parsed.CommandResult)} --help'."
            : null;
    }

    // The whole of it: 'synapse models pull'.
    private static string NameOf(CommandResult result)
        => result.Parent is CommandResult parent ? $"{NameOf(parent)} {result.Command.Name}" : result.Command.Name;

    private static string DescribeMissingCommand(ParseResult parsed)
        => parsed.UnmatchedTokens is [var first, ..]
            ? $"There is no {(first.StartsWith('-') ? "option" : "command")} '{first}'."
            : "Name a command.";

    private static string Describe(ParseError error, ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)) is not { } token)
        {
            return error.Message;
        }

        return parsed.CommandResult.Command.Arguments is [{ Name: SharedOptions.QueryName or SharedOptions.QuestionName } text, ..]
            ? $"'{token}' is one argument too many. Put the {text.Name} in quotes."
            : $"'{token}' is one argument too many.";
    }

    // The parser takes an option that is misspelt for the text to look for, and the answer would be about that.
    private static string? FindStrayOption(ParseResult parsed)
        => parsed.CommandResult.Command.Arguments is [{ Name: SharedOptions.QueryName or SharedOptions.QuestionName } text, ..]
            && parsed.Tokens.All(token => token.Type != TokenType.DoubleDash)
            && parsed.GetResult(text) is { Tokens: [{ Value: var value }] } && value.StartsWith('-')
                ? value
                : null;
}
