using System.Globalization;
using Synapse.Cli.Commands;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes models for people.</summary>
internal static class ModelPrinter
{
    private const int CommitDigits = 12;

    public static void Print(ModelListResponse list, Terminal terminal)
    {
        terminal.Line($"Folder  {list.Folder}");
        terminal.Line($"Hub     {list.Hub}{(list.Offline ? "  (offline mode: models come as files, with 'synapse models import')" : "")}");
        foreach (var model in list.Models)
        {
            terminal.Line();
            terminal.Line($"{terminal.Bold(Terminal.Clean(model.Name))}  {Describe(model)}");
            if (model.GoodFor is { } use)
            {
                terminal.Line($"  {use}");
            }

            terminal.Line($"  {(model.Installed is { } installed ? $"installed: {Describe(installed)}" : terminal.Dim("not installed"))}");
        }
    }

    public static void Print(PulledModelResponse pulled, Terminal terminal)
    {
        var installed = pulled.Model.Installed!;
        terminal.Line($"{terminal.Bold(Terminal.Clean(pulled.Model.Name))}  {Describe(installed)}");
        terminal.Line($"  {(pulled.Changed ? $"{StatusPrinter.Size(pulled.BytesReceived)} received; all files checked" : "was here already; all files checked")}");
        terminal.Line($"  {terminal.Place(installed.Path)}");
        if (pulled.Model.Licence is { } licence)
        {
            terminal.Line($"  licence: {Terminal.Clean(licence)}");
        }

        if (pulled.Changed)
        {
            foreach (var file in installed.Files)
            {
                terminal.Line(terminal.Dim($"  {file.Sha256}  {Terminal.Clean(file.Path)}"));
            }
        }
    }

    public static void Print(IReadOnlyList<ModelVerificationResponse> found, Terminal terminal)
    {
        if (found.Count == 0)
        {
            terminal.Line("No model is installed. 'synapse models list' shows what there is.");
        }

        foreach (var model in found)
        {
            terminal.Line($"{terminal.Bold(Terminal.Clean(model.Name))}  {(model.Whole ? "whole" : PathIndexing.Count(model.Faults.Count, "fault"))}");
            foreach (var fault in model.Faults)
            {
                terminal.Line($"  {terminal.Place(Terminal.Clean(fault.Path))} {Terminal.Clean(fault.Detail)}");
            }
        }
    }

    public static void Print(ModelBundleResponse bundle, Terminal terminal)
    {
        terminal.Line($"{terminal.Place(Terminal.Clean(bundle.Path))}  {StatusPrinter.Size(bundle.SizeBytes)}: {string.Join(", ", bundle.Models.Select(model => Terminal.Clean(model.Name)))}");
        terminal.Line("Bring it in with 'synapse models import FILE'.");
    }

    public static void Print(ImportedModelsResponse imported, Terminal terminal)
    {
        foreach (var model in imported.Models)
        {
            terminal.Line($"{terminal.Bold(Terminal.Clean(model.Name))}  {Describe(model.Installed!)}");
            terminal.Line($"  {terminal.Place(model.Installed!.Path)}");
        }

        foreach (var file in imported.LeftOut)
        {
            terminal.Line(terminal.Dim($"  left out: {Terminal.Clean(file)}"));
        }
    }

    private static string Describe(ModelResponse model)
        => string.Join(", ", new[]
        {
            model.Kind,
            model.Dimensions is { } dimensions ? $"{dimensions} dimensions" : null,
            model.MaxTokens is { } tokens ? string.Create(CultureInfo.InvariantCulture, $"{tokens:N0} tokens") : null,
            model.WeightsBytes is { } size ? $"about {StatusPrinter.Size(size)}" : null,
            model.Licence is { } licence ? Terminal.Clean(licence) : null,
        }.OfType<string>());

    private static string Describe(InstalledModelResponse installed)
        => !installed.Locked ? "without a lock"
            : $"{StatusPrinter.Size(installed.SizeBytes)}, {(installed.Commit is { } commit ? $"commit {commit[..Math.Min(CommitDigits, commit.Length)]} of {Terminal.Clean(installed.Hub ?? "a hub")}" : "imported")}, {Weights(installed)}";

    private static string Weights(InstalledModelResponse installed)
        => string.Join(" and ", installed.Weights.Select(static path => Terminal.Clean(path[(path.LastIndexOf('/') + 1)..]))) + (installed.Weights.Count > 1 ? " (the first runs without a setting)" : "");
}
