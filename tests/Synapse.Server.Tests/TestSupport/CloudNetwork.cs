using System.Diagnostics;
using System.Text.Json;

[assembly: AssemblyFixture(typeof(Synapse.Server.Tests.TestSupport.CloudNetwork))]

namespace Synapse.Server.Tests.TestSupport;

/// <summary>
/// A network namespace whose loopback interface has the addresses of a private network, with fakes of the clouds on it, under the clouds' own names and with certificates. The
/// product treats them as what they stand for, which it never would at a loopback address; and there is no way out of the namespace.
/// </summary>
/// <remarks>The namespace and all that runs in it end with the standard input of its first process, and so with the tests, however they end.</remarks>
public sealed class CloudNetwork : IAsyncLifetime
{
    public const string OpenAIKey = "sk-proj-Wq3nT8vLx2RbY6mKd9ZpHs4F";
    public const string AzureKey = "7f3d9b1ce5a84026b8d0f4e7a1c35926";
    public const string ClientSecret = "Hn8~Q4vZt6Lr1.Xw9Bk3Mc7Pd2Fs5Gj0Ya-Eu";

    // One address each, and one on which nobody listens.
    private const string OpenAI = "10.77.0.1";
    private const string AzureDated = "10.77.0.2";
    private const string AzureV1 = "10.77.0.3";
    private const string Nobody = "10.77.0.4";

    private const string Script = """
        ip link set lo up || exit 1
        for address in 10.77.0.1 10.77.0.2 10.77.0.3 10.77.0.4; do ip addr add $address/32 dev lo || exit 1; done
        fakes=
        fake() { "$dotnet" exec "$program" --port 443 --https "$@" & fakes="$fakes $!"; }
        fake --dialect openai --address 10.77.0.1 --names api.openai.com --key "$openai" --models gpt-4o-mini,text-embedding-3-small --root "$folder/1.pem"
        fake --dialect azure-legacy --address 10.77.0.2 --names contoso.openai.azure.com,login.microsoftonline.com --key "$azure" --client-secret "$secret" --models gpt-prod,embed-prod --root "$folder/2.pem"
        fake --dialect azure-v1 --address 10.77.0.3 --names contoso.openai.azure.com,login.microsoftonline.com --key "$azure" --client-secret "$secret" --models gpt-prod,embed-prod --root "$folder/3.pem"
        cat > /dev/null
        kill $fakes
        wait
        """;

    private readonly TemporaryFolder _folder = new();
    private Process? _process;
    private string _errors = "";

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("unshare", ["-rn", "sh", "-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["dotnet"] = CommandLineRun.Dotnet;
        start.Environment["program"] = Path.Combine(AppContext.BaseDirectory, "Synapse.FakeProvider.dll");
        start.Environment["folder"] = _folder.Path;
        start.Environment["openai"] = OpenAIKey;
        start.Environment["azure"] = AzureKey;
        start.Environment["secret"] = ClientSecret;
        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            _errors = missing.Message;
            return;
        }

        var roots = 0;
        while (roots < 3 && await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            roots += line.StartsWith("root ", StringComparison.Ordinal) ? 1 : 0;
        }

        if (roots < 3)
        {
            _errors = await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            return;
        }

        var authorities = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => File.ReadAllTextAsync(Path.Combine(_folder.Path, $"{i}.pem"), TestContext.Current.CancellationToken)));
        _folder.Write("ca.pem", string.Join('\n', authorities));
    }

    /// <summary>Skips the test where there are no namespaces; not in CI, where nothing is skipped.</summary>
    public void Require()
    {
        if (_errors.Length > 0)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", $"This system does not let an ordinary user make a network namespace (unshare -rn): {_errors}");
            Assert.Fail(_errors);
        }
    }

    /// <summary>Settings for the data folder: who answers under the names of the clouds, and which authorities are trusted.</summary>
    /// <param name="hasDatedSurface">Whether the Azure resource is asked with dated versions, rather than by the v1 surface.</param>
    /// <param name="isDead">Whether nobody answers.</param>
    /// <param name="logLevel">Least level of what a server logs.</param>
    public string Settings(bool hasDatedSurface = false, bool isDead = false, string logLevel = "Information")
    {
        var azure = isDead ? Nobody : hasDatedSurface ? AzureDated : AzureV1;
        var hosts = new Dictionary<string, string>
        {
            ["api.openai.com"] = isDead ? Nobody : OpenAI,
            ["contoso.openai.azure.com"] = azure,
            ["login.microsoftonline.com"] = azure,
        };
        return JsonSerializer.Serialize(new { Synapse = new { Egress = new { Hosts = hosts, CaFile = Path.Combine(_folder.Path, "ca.pem") }, Server = new { LogLevel = logLevel } } });
    }

    /// <summary>The same program, run in the namespace.</summary>
    public ProcessStartInfo Enter(ProcessStartInfo start)
    {
        string[] before = ["-t", $"{_process!.Id}", "-U", "-n", "--preserve-credentials", start.FileName];
        for (var i = 0; i < before.Length; i++)
        {
            start.ArgumentList.Insert(i, before[i]);
        }

        start.FileName = "nsenter";
        return start;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        _folder.Dispose();
    }
}
