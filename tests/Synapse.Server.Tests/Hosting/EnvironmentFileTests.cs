using System.Text;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Hosting;

/// <summary>What a <c>.env</c> file means, and what is said about one that means nothing.</summary>
public sealed class EnvironmentFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("A=b", "b")]
    [InlineData("  A = b  ", "b")]
    [InlineData("export A=b", "b")]
    [InlineData("export\tA=b", "b")]
    [InlineData("A=", "")]
    [InlineData("A=\"\"", "")]
    [InlineData("A=b # a comment", "b")]
    [InlineData("A= # a comment", "")]
    [InlineData("A=b#c", "b#c")]
    [InlineData("A=#b", "#b")]
    [InlineData("A=b=c==", "b=c==")]
    [InlineData("A=b c", "b c")]
    [InlineData("A='b # c'", "b # c")]
    [InlineData("A=\"b # c\" # d", "b # c")]
    [InlineData("A=' b '", " b ")]
    [InlineData("A='${B} $(c) \\n'", "${B} $(c) \\n")]
    [InlineData("A=\"b\\tc\\\"d\\\\e\\$f\"", "b\tc\"d\\e$f")]
    [InlineData("A=\"C:\\dir\"", "C:\\dir")]
    [InlineData("A=C:\\new", "C:\\new")]
    [InlineData("A=pa$$word$B", "pa$$word$B")]
    [InlineData("A=it's", "it's")]
    [InlineData("A=b\r\nB=c\r\n", "b")]
    [InlineData("# A=x\n\n   # B=y\nA=b", "b")]
    [InlineData("\uFEFFA=b", "b")]
    [InlineData("A=Grüße", "Grüße")]
    public void A_line_gives_its_name_a_value(string text, string value)
    {
        var file = Read(text);
        Assert.Empty(file.Faults);
        Assert.Equal(value, file.Variables["A"].Value);
    }

    [Theory]
    [InlineData("A=x\nnonsense-zebra\n", 2, "not NAME=value")]
    [InlineData("A: zebra", 1, "not NAME=value")]
    [InlineData("1A=zebra", 1, "not NAME=value")]
    [InlineData("=zebra", 1, "not NAME=value")]
    [InlineData("A B=zebra", 1, "not NAME=value")]
    [InlineData("{\"A\": \"zebra\"}", 1, "not NAME=value")]
    [InlineData("A=\"zebra", 1, "not closed")]
    [InlineData("A='zebra\nB=c'", 1, "not closed")]
    [InlineData("A=\"zebra\\\"", 1, "not closed")]
    [InlineData("A=\"b\"zebra", 1, "after the closing \"")]
    [InlineData("A='b' zebra", 1, "after the closing '")]
    [InlineData("A='b'#zebra", 1, "after the closing '")]
    [InlineData("\n\nA=${zebra}", 3, "not expanded")]
    [InlineData("A=\"x${zebra:-y}\"", 1, "not expanded")]
    [InlineData("A=$(cat zebra)", 1, "not expanded")]
    [InlineData("A=b\nB=c\na=zebra", 3, "a is set in line 1 already")]
    [InlineData("A=zebra\u0007", 1, "control character")]
    public void A_line_that_means_nothing_is_named_by_file_and_line_and_no_value_is_shown(string text, int line, string problem)
    {
        var file = Read(text);
        Assert.StartsWith($"{file.Path}:{line}: ", file.Faults[0], StringComparison.Ordinal);
        Assert.Contains(problem, file.Faults[0], StringComparison.Ordinal);
        Assert.DoesNotContain("zebra", string.Concat(file.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_text_of_ours_is_named()
    {
        File.WriteAllBytes(Path.Combine(_folder.Path, ".env"), Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("A=b")).ToArray());
        Assert.Contains("not UTF-8", Assert.Single(EnvironmentFile.Read(_folder.Path)!.Faults), StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(_folder.Path, ".env"), new byte[(1 << 20) + 1]);
        Assert.Contains("larger than", Assert.Single(EnvironmentFile.Read(_folder.Path)!.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_the_file_and_one_with_a_folder_of_that_name_have_no_variables()
    {
        Assert.Null(EnvironmentFile.Read(_folder.Path));
        _folder.CreateFolder(".env");
        var file = EnvironmentFile.Read(_folder.Path)!;
        Assert.Empty(file.Variables);
        Assert.Empty(file.Faults);
    }

    [Fact]
    public void The_nearer_place_counts_and_the_environment_of_the_process_stays_as_it_is()
    {
        var (data, current) = (_folder.CreateFolder("data"), _folder.CreateFolder("current"));
        _folder.Write("data/appsettings.json", """{"A":"json","B":"json","C":"json","Synapse":{"Server":{"Port":"1","LogLevel":"json"}}}""");
        _folder.Write("data/.env", "A=data\nB=data\nSYNAPSE__SERVER__PORT=2\nSYNAPSE_TEST_ONLY=x\nPATH=data\n");
        _folder.Write("current/.env", "A=current\nPATH=current\n");
        var settings = StartSettings.Read(new DataFolder(data), current);
        Assert.Empty(settings.Faults);
        var read = settings.Configuration;
        Assert.Equal(["current", "data", "json", "2", "json"], new[] { read["A"], read["B"], read["C"], read["Synapse:Server:Port"], read["Synapse:Server:LogLevel"] });
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), read["PATH"]);
        Assert.Null(Environment.GetEnvironmentVariable("SYNAPSE_TEST_ONLY"));
    }

    [Theory]
    [InlineData("OPENAI_APIKEY", "OPENAI_API_KEY")]
    [InlineData("AZURE_OPENAI_ENDPIONT", "AZURE_OPENAI_ENDPOINT")]
    [InlineData("USE_LOCAL_MODEL", "USE_LOCAL_MODELS")]
    [InlineData("SYNAPSE_OFLINE", "SYNAPSE_OFFLINE")]
    public void A_name_that_is_nearly_one_of_ours_is_a_slip(string written, string meant)
    {
        _folder.Write(".env", $"DATABASE=x\n{written}=1\n");
        var fault = Assert.Single(StartSettings.Read(new DataFolder(_folder.CreateFolder("data")), _folder.Path).Faults);
        Assert.Contains($".env:2: {written} is not read. Did you mean {meant}?", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPENAI_API_KEY=sk-mine", "OPENAI_BASE_URL=https://evil.example/v1", true)]
    [InlineData("OPENAI_API_KEY=sk-mine", "OPENAI_BASE_URL=https://evil.example/v1\nOPENAI_API_KEY=sk-theirs", false)]
    [InlineData("OPENAI_API_KEY=sk-mine\nOPENAI_BASE_URL=https://fine.example/v1", "MODEL_CHAT=m", false)]
    [InlineData("", "OPENAI_BASE_URL=https://evil.example/v1\nOPENAI_API_KEY_FILE=/etc/secret", true)]
    [InlineData("AZURE_CLIENT_SECRET=mine", "AZURE_AUTHORITY_HOST=evil.example", true)]
    [InlineData("SYNAPSE__PROVIDERS__0__APIKEY=mine", "SYNAPSE__PROVIDERS__0__ENDPOINT=https://evil.example", true)]
    public void A_key_from_elsewhere_does_not_go_where_the_current_folder_says(string data, string current, bool isRefused)
    {
        _folder.Write("data/.env", data);
        _folder.Write("current/.env", current);
        var faults = StartSettings.Read(new DataFolder(Path.Combine(_folder.Path, "data")), Path.Combine(_folder.Path, "current")).Faults;
        Assert.Equal(isRefused, faults.Any(fault => fault.Contains("would go where this folder says", StringComparison.Ordinal)));
        Assert.DoesNotContain("mine", string.Concat(faults), StringComparison.Ordinal);
    }

    private EnvironmentFile Read(string text)
    {
        File.WriteAllText(Path.Combine(_folder.Path, ".env"), text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return EnvironmentFile.Read(_folder.Path)!;
    }
}
