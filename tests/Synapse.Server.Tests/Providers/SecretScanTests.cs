using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Synapse.Contracts;
using Synapse.Fakes;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Providers;

/// <summary>
/// A server at its most talkative, asked through failures of every kind until a provider answers. Afterwards no part of a key, secret or token stands anywhere, and no word of
/// question or document in what it logs.
/// </summary>
public sealed partial class SecretScanTests(CloudNetwork clouds) : IDisposable
{
    private const string Question = "Where does the zorblatt hide its quixotrine marmalade?";
    private const string Text = "The zorblatt hides its quixotrine marmalade beneath the fernwick stairs.";
    private const string WrongOpenAIKey = "sk-proj-Jt5Rk8Xw1Nc7Qz3Mv9Lb4Hd6";
    private const string WrongAzureKey = "e41a7c90b6d2f853917ac0be64d2f819";
    private const string WrongClientSecret = "Kx2~W9rTb5Qm.Vn7Zc4Lp8Hs1Gd6Jf3Yt-Ru";
    private const string LocalKey = "Pz6Mw3Kt9Xr2Vb8Qn4Ly7Hc5";

    private static readonly int[] EchoedStatuses = [400, 401, 500, 200];

    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Clouds_with_keys_and_with_sign_in_leave_no_secret_and_no_text()
    {
        clouds.Require();
        _folder.Write("data/appsettings.json", clouds.Settings(logLevel: "Trace"));
        const string Sign = "Entra:TenantId=11111111-1111-1111-1111-111111111111 Entra:ClientId=22222222-2222-2222-2222-222222222222";
        const string Azure = "Kind=AzureOpenAI Endpoint=https://contoso.openai.azure.com Chat=gpt-prod";
        WriteProviders(
            $"Kind=OpenAI Chat=gpt-4o-mini ApiKey={WrongOpenAIKey}",
            $"{Azure} {Sign} Entra:ClientSecret={WrongClientSecret}",
            $"{Azure} ApiKey={WrongAzureKey}",
            $"{Azure} {Sign} Entra:ClientSecret={CloudNetwork.ClientSecret} Embedding=embed-prod",
            $"{Azure} ApiKey={CloudNetwork.AzureKey}",
            $"Kind=OpenAI Chat=gpt-4o-mini ApiKey={CloudNetwork.OpenAIKey}");

        var (log, replies, answer) = await UseAsync(clouds.Enter(Describe()), TestContext.Current.CancellationToken);

        // The fourth answered, which only a token that was issued a moment ago allows; those before it were asked in vain.
        Assert.Equal(("complete", "p3", true), (answer?.Finish, answer?.Model?.Provider, answer?.Found));
        Assert.Contains("of provider p0 failed: Auth", log, StringComparison.Ordinal);
        Assert.Contains("of provider p1 could not be asked: provider_auth_failed", log, StringComparison.Ordinal);
        Assert.Contains("AADSTS7000215", log, StringComparison.Ordinal);
        Assert.Contains("of provider p2 failed: Auth", log, StringComparison.Ordinal);

        AssertNothingLeaks(log, replies, WrongOpenAIKey["sk-proj-".Length..], WrongAzureKey, WrongClientSecret, CloudNetwork.OpenAIKey["sk-proj-".Length..], CloudNetwork.AzureKey, CloudNetwork.ClientSecret);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Servers_that_fail_in_every_way_and_tell_all_they_got_leave_no_secret_and_no_text(bool breaksOff)
    {
        string[] scenarios = ["401", "403", "404-model", "json-garbage?n=1", "200-html", "302-to-other-host", .. breaksOff ? ["error-mid?n=9"] : Array.Empty<string>()];
        await using var echo = await EchoServer.StartAsync();
        await using var embedding = FakeProvider.Start(new() { Dialect = "vllm", Key = LocalKey });
        var failing = scenarios.Select(scenario => FakeProvider.Start(new() { Dialect = "vllm", Key = LocalKey, Scenario = scenario })).ToArray();
        try
        {
            _folder.Write("data/appsettings.json", """{"Synapse":{"Server":{"LogLevel":"Trace"}}}""");
            WriteProviders(
            [
                .. EchoedStatuses.Select(status => $"Kind=OpenAICompatible Endpoint={echo.Address}/{status}/v1 Chat=m ApiKey={LocalKey}"),
                .. failing.Select(fake => $"Kind=Vllm Endpoint={fake.Address.AbsoluteUri.TrimEnd('/')} Chat=m ApiKey={LocalKey}"),
                $"Kind=Vllm Endpoint={embedding.Address.AbsoluteUri.TrimEnd('/')} Embedding=e ApiKey={LocalKey}",
            ]);

            var (log, replies, answer) = await UseAsync(Describe(), TestContext.Current.CancellationToken);

            // Every provider was asked, the last one until it broke off where it began.
            Assert.Equal(breaksOff ? "interrupted" : null, answer?.Finish);
            for (var i = 0; i < EchoedStatuses.Length + failing.Length; i++)
            {
                Assert.Contains($"of provider p{i} failed", log, StringComparison.Ordinal);
            }

            Assert.True(echo.Echoed >= EchoedStatuses.Length, $"Only {echo.Echoed} keys were told back.");
            AssertNothingLeaks(log, replies, LocalKey);
        }
        finally
        {
            foreach (var fake in failing)
            {
                await fake.DisposeAsync();
            }
        }
    }

    // Each provider is a line of settings; its name is p and its number.
    private void WriteProviders(params string[] providers)
        => _folder.Write("work/.env", string.Concat(providers.SelectMany((line, i) => line.Split(' ').Prepend($"Name=p{i}")
            .Select(setting => setting.Split('=', 2))
            .Select(setting => $"SYNAPSE__PROVIDERS__{i}__{setting[0].Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant()}='{setting[1]}'\n"))));

    private ProcessStartInfo Describe()
    {
        _folder.Write("documents/note.md", $"# Note\n\n{Text}\n");
        return CommandLineRun.Describe(Path.Combine(_folder.Path, "work"), Data, "serve", "--port", "0");
    }

    /// <summary>Starts the server, indexes, searches, asks, checks, reads all that tells of its state, and stops it.</summary>
    /// <returns>All that the process wrote, all that it said of itself, and the answer, null when all providers failed.</returns>
    private async Task<(string Log, string Replies, AnswerResponse? Answer)> UseAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        using var server = Process.Start(start)!;
        try
        {
            var errors = server.StandardError.ReadToEndAsync(cancellationToken);
            var output = new StringBuilder();
            while (await server.StandardOutput.ReadLineAsync(cancellationToken) is { } line && output.AppendLine(line) is not null && !line.Contains("/sign-in?token=", StringComparison.Ordinal))
            {
            }

            Assert.False(server.HasExited, output.ToString());
            var rest = server.StandardOutput.ReadToEndAsync(cancellationToken);
            var file = ServerFile.Read(new DataFolder(Data))!;
            var token = (await File.ReadAllTextAsync(file.TokenFile, cancellationToken)).Trim();
            using var client = new SynapseClient($"unix:{file.Socket}", token);
            var answer = await AskAsync(client, cancellationToken);
            var replies = await ReadStateAsync(file.Socket, token, cancellationToken);
            Assert.Equal(0, Signal(file.Pid, 15));
            await server.WaitForExitAsync(cancellationToken);
            return ($"{output}{await rest}{await errors}", replies, answer);
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill(entireProcessTree: true);
            }
        }
    }

    private async Task<AnswerResponse?> AskAsync(SynapseClient client, CancellationToken cancellationToken)
    {
        var added = await client.AddSourceAsync(new AddSourceRequest(Path.Combine(_folder.Path, "documents")), cancellationToken);
        await foreach (var job in client.FollowJobAsync(added.Job.Id, cancellationToken))
        {
            Assert.True(job.State is "queued" or "running" or "completed", job.ErrorMessage);
        }

        Assert.NotEmpty((await client.SearchAsync(new SearchRequest(Question), cancellationToken)).Hits);
        AnswerResponse? answer = null;
        try
        {
            await foreach (var item in client.StreamAnswerAsync(new AnswerRequest(Question), cancellationToken))
            {
                answer = item.Completed ?? answer;
            }

            await client.AnswerAsync(new AnswerRequest(Question), cancellationToken);
        }
        catch (SynapseApiException failed) when (failed.Code.StartsWith("provider_", StringComparison.Ordinal))
        {
            // All providers failed; the other way of asking fails in the server's own way.
            await Assert.ThrowsAsync<SynapseApiException>(() => client.AnswerAsync(new AnswerRequest(Question), cancellationToken));
        }

        return answer;
    }

    private static async Task<string> ReadStateAsync(string socket, string token, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, stop) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://localhost") };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var replies = new StringBuilder();
        using (var diagnosis = await http.PostAsync("/api/v1/diagnosis", new StringContent("{}", Encoding.UTF8, "application/json"), cancellationToken))
        {
            replies.AppendLine(await diagnosis.Content.ReadAsStringAsync(cancellationToken));
        }

        foreach (var path in new[] { "/api/health", "/api/health/ready", "/api/v1/providers", "/api/v1/egress?limit=100", "/api/v1/jobs", "/api/v1/sources", "/openapi/v1.json" })
        {
            replies.AppendLine(await http.GetStringAsync(path, cancellationToken));
        }

        return replies.ToString();
    }

    private void AssertNothingLeaks(string log, string replies, params string[] secrets)
    {
        Assert.Contains(" debug Synapse.", log, StringComparison.Ordinal);
        Assert.Contains("\"p0\"", replies, StringComparison.Ordinal);
        var files = Directory.GetFiles(Data, "*", SearchOption.AllDirectories).ToDictionary(file => file, file => Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        Assert.Contains(files.Keys, file => Path.GetFileName(file) == "synapse.db");
        foreach (var (place, text) in files.Append(new("the log", log)).Append(new("the replies", replies)))
        {
            AssertNoSecret(place, text, secrets);

            // Documents stand in the store, and what servers say of a question may be told to who asked it.
            if (!Path.GetFileName(place).StartsWith("synapse.db", StringComparison.Ordinal) && place != "the replies")
            {
                Assert.All(["zorblatt", "quixotrine", "fernwick"], word => Assert.False(text.Contains(word, StringComparison.OrdinalIgnoreCase), $"'{word}' stands in {place}."));
            }
        }
    }

    private static void AssertNoSecret(string place, string text, string[] secrets)
    {
        Assert.False(WebToken().IsMatch(text), $"A token stands in {place}.");
        foreach (var secret in secrets)
        {
            // Any eight characters of it in a row would be too many.
            for (var start = 0; start + 8 <= secret.Length; start++)
            {
                Assert.False(text.Contains(secret.Substring(start, 8), StringComparison.OrdinalIgnoreCase), $"'{secret.Substring(start, 8)}' stands in {place}.");
            }
        }
    }

    // The tokens of Entra ID begin with {"typ": or {"alg": in base64.
    [GeneratedRegex("eyJ0eX|eyJhbG")]
    private static partial Regex WebToken();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}
