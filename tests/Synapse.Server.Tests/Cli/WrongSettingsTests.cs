using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Cli;

/// <summary>Wrong settings stop every command with exit code 2 and the list of what is wrong, never with a stack trace or a value that could be a key.</summary>
public sealed class WrongSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nonsense zebra", ".env:1")]
    [InlineData("OPENAI_API_KEY=\"sk-zebra", ".env:1")]
    [InlineData("OPENAI_API_KEY=zebra zebra", "OPENAI_API_KEY")]
    [InlineData("OPENAI_API_KEY=sk-ok\nOPENAI_BASE_URL=https://u:zebra@api.openai.com", "OPENAI_BASE_URL")]
    [InlineData("OPENAI_API_KEY=sk-ok\nOPENAI_BASE_URL=:::", "OPENAI_BASE_URL")]
    [InlineData("OPENAI_API_KEY_FILE=/", "OPENAI_API_KEY_FILE")]
    [InlineData("USE_AZURE_OPENAI=true", "AZURE_OPENAI_ENDPOINT")]
    [InlineData("USE_LOCAL_MODELS=true\nUSE_AZURE_OPENAI=true", "USE_LOCAL_MODELS")]
    [InlineData("USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT=http://[::1\nLOCAL_LLM_MODEL=m", "LOCAL_LLM_ENDPOINT")]
    [InlineData("SYNAPSE__PROVIDERS=zebra", "Synapse:Providers")]
    [InlineData("SYNAPSE__PROVIDERS__0=zebra", "Synapse:Providers:0:Name")]
    [InlineData("SYNAPSE__PROVIDERS__0__NAME=a\nSYNAPSE__PROVIDERS__0__KIND=7", "Synapse:Providers:0:Kind")]
    [InlineData("OPENAI_API_KEY=sk-ok\nSYNAPSE_OFFLINE=true", "SYNAPSE_OFFLINE")]
    public async Task A_wrong_file_of_the_current_folder_stops_the_start_without_a_stack_trace(string text, string key)
    {
        _folder.Write(".env", text);
        var run = await CommandLineRun.StartInAsync(_folder.Path, Data, "status");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains($"{key}:", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("zebra", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_of_the_server_of_the_file_and_of_the_providers_come_together()
    {
        _folder.Write(".env", "nonsense\nUSE_AZURE_OPENAI=true\nSYNAPSE__SERVER__LOGLEVEL=loud\n");
        var run = await CommandLineRun.StartInAsync(_folder.Path, Data, "serve", "--port", "99999");
        Assert.Equal(2, run.ExitCode);
        foreach (var key in new[] { "--port", ".env:1", "Synapse:Server:LogLevel", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_CHAT_DEPLOYMENT" })
        {
            Assert.Contains($"{key}:", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_data_folder_may_be_named_in_the_file_and_right_settings_start()
    {
        _folder.Write(".env", $"export SYNAPSE_DATA='{Data}' # here\r\nOPENAI_API_KEY=sk-proj-abcdefgh\r\n");
        var run = await CommandLineRun.StartInAsync(_folder.Path, null, "status", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(Data, run.Json.GetProperty("dataFolder").GetString());
    }
}
