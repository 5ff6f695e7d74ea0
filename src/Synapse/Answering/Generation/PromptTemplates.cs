namespace Synapse.Answering.Generation;

/// <summary>The prompts for chat models: files that an operator can read and replace, see docs/prompts.md.</summary>
public sealed class PromptTemplates
{
    /// <summary>Name of the folder, in the data folder, whose files replace the prompts that Synapse brings along.</summary>
    public const string FolderName = "prompts";

    private const int MaxFileBytes = 64 * 1024;

    private static readonly (string File, string[] Places)[] s_files =
    [
        ("answer.md", ["boundary"]),
        ("question.md", ["history", "passages", "boundary", "question"]),
        ("rewrite.md", ["history", "boundary", "question"]),
    ];

    private readonly Dictionary<string, PromptTemplate> _templates;

    private PromptTemplates(Dictionary<string, PromptTemplate> templates) => _templates = templates;

    /// <summary>The prompts that Synapse brings along.</summary>
    public static PromptTemplates Default { get; } = Read(folder: null, []);

    /// <summary>Names of the files that a folder may have.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [.. s_files.Select(static known => known.File)];

    /// <summary>How to answer: the system message.</summary>
    internal PromptTemplate Answer => _templates["answer.md"];

    /// <summary>The passages and the question.</summary>
    internal PromptTemplate Question => _templates["question.md"];

    /// <summary>How to make a follow-up question stand alone.</summary>
    internal PromptTemplate Rewrite => _templates["rewrite.md"];

    /// <summary>Reads the prompts: the files of a folder, and those that Synapse brings along where the folder has none.</summary>
    /// <param name="folder">The folder; null for none. It need not exist.</param>
    /// <param name="faults">Receives what is wrong, each with its cure. With a fault, the prompts are not to be used.</param>
    public static PromptTemplates Read(string? folder, ICollection<string> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        if (folder is not null && Directory.Exists(folder))
        {
            foreach (var unknown in Directory.EnumerateFiles(folder, "*.md").Select(Path.GetFileName).Where(name => s_files.All(known => known.File != name)))
            {
                faults.Add($"{Path.Combine(folder, unknown!)}: no prompt has this name. Known are {string.Join(", ", s_files.Select(known => known.File))}.");
            }
        }

        var templates = new Dictionary<string, PromptTemplate>();
        foreach (var (file, places) in s_files)
        {
            var path = folder is null ? file : Path.Combine(folder, file);
            var replaced = folder is null ? null : ReadFile(path, faults);
            templates.Add(file, PromptTemplate.Parse(path, (replaced ?? ReadDefault(file)).ReplaceLineEndings("\n"), places, faults));
        }

        return new PromptTemplates(templates);
    }

    private static string? ReadFile(string path, ICollection<string> faults)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if (new FileInfo(path).Length <= MaxFileBytes)
            {
                return File.ReadAllText(path);
            }

            faults.Add($"{path}: a prompt has at most {MaxFileBytes / 1024} KiB. Shorten it: it is sent with every question.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{path}: cannot be read ({error.Message}). Mend its permissions or remove it.");
        }

        return null;
    }

    private static string ReadDefault(string file)
    {
        using var stream = typeof(PromptTemplates).Assembly.GetManifestResourceStream($"prompts/{file}")
            ?? throw new InvalidOperationException($"The program lacks its prompt '{file}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
