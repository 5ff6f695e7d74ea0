using System.Text.RegularExpressions;

namespace Synapse.Architecture.Tests;

/// <summary>The rooms inside the core and the server: folders that must not see each other.</summary>
public sealed partial class NamespaceArrowTests
{
    [Theory]
    [InlineData("src/Synapse/Retrieval", "Synapse.Answering")]
    [InlineData("src/Synapse/Retrieval", "Synapse.Ingestion.Walking")]
    [InlineData("src/Synapse/Ingestion", "Synapse.Answering")]
    [InlineData("src/Synapse/Evaluation", "Synapse.Storage")]
    [InlineData("src/Synapse/Library", "Synapse.Storage")]
    [InlineData("src/Synapse/Storage", "Synapse.Answering")]
    public void A_room_of_the_core_does_not_see_another(string folder, string forbiddenNamespace)
    {
        var files = Repository.Files(folder, "*.cs");
        Assert.True(files.Count >= 1, $"Only {files.Count} files were seen in {folder}.");

        Assert.Empty(files.Where(file => Mentions(File.ReadAllText(Repository.Path(file)), forbiddenNamespace)));
    }

    [Fact]
    public void Features_of_the_server_do_not_see_each_other()
    {
        var files = Repository.Files("src/Synapse.Server/Features", "*.cs");
        Assert.True(files.Count >= 4, $"Only {files.Count} files were seen.");
        var features = files.Select(FeatureOf).Distinct().ToArray();

        var violations = from file in files
                         let text = File.ReadAllText(Repository.Path(file))
                         from feature in features
                         where feature != FeatureOf(file) && Mentions(text, $"Synapse.Server.Features.{feature}")
                         select $"{file} sees {feature}";
        Assert.Empty(violations);
    }

    [Fact]
    public void A_namespace_is_recognised_in_usings_and_in_full_names_and_not_in_longer_words()
    {
        Assert.True(Mentions("using Synapse.Answering;", "Synapse.Answering"));
        Assert.True(Mentions("var x = new Synapse.Answering.Answer();", "Synapse.Answering"));
        Assert.False(Mentions("using Synapse.AnsweringMachine;", "Synapse.Answering"));
    }

    [Fact]
    public void No_name_of_a_type_or_folder_says_nothing()
    {
        var files = Repository.Files("src", "*.cs");
        Assert.True(files.Count >= 60, $"Only {files.Count} files were seen.");

        Assert.Empty(files.Where(file => EmptyWord().IsMatch(System.IO.Path.GetFileNameWithoutExtension(file))
            || file.Split('/')[..^1].Any(folder => folder is "Models" or "Services" or "Helpers" or "Utils" or "Common" or "Shared")));
    }

    private static string FeatureOf(string file) => file.Split('/')[3];

    private static bool Mentions(string text, string name) => Regex.IsMatch(text, $@"\b{Regex.Escape(name)}\b", RegexOptions.NonBacktracking);

    [GeneratedRegex("(Manager|Helpers?|Util(s|ities)?|Common|Impl)$")]
    private static partial Regex EmptyWord();
}
