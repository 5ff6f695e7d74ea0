using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Synapse.Contracts;

namespace Synapse.Bench;

/// <summary>Many generated answers at once from one server, over HTTP.</summary>
internal static class AnswerStreams
{
    private const int WarmStreams = 20;

    /// <summary>Starts a server, indexes a small folder, and reads many streams of answers to their ends.</summary>
    public static async Task RunAsync(FakeModelServer models, int streams, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("synapse-bench-").FullName;
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "appsettings.json"), Settings(models.Address, streams), cancellationToken);
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Synapse.Bench.dll"), AnsweringServer.Command, data])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        using var server = Process.Start(start)!;
        try
        {
            var address = await server.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The server did not start.");
            var token = (await File.ReadAllTextAsync(Path.Combine(data, "token"), cancellationToken)).Trim();
            await IndexAsync(address, token, Path.Combine(folder, "documents"), cancellationToken);
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(1) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            await ReadAllAsync(http, WarmStreams, cancellationToken);
            await SignalAsync(server, print: false, cancellationToken);
            server.Refresh();
            var processor = server.TotalProcessorTime;
            var clock = Stopwatch.StartNew();
            var ends = await ReadAllAsync(http, streams, cancellationToken);
            Report(ends, clock.Elapsed, server, processor);
            await SignalAsync(server, print: true, cancellationToken);
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Settings(string address, int streams)
    {
        var provider = new { Name = "fake", Kind = "Vllm", Endpoint = address, Chat = ProviderLayer.ChatModel, ContextTokens = 32_768, MaxConcurrency = streams };
        return JsonSerializer.Serialize(new { Synapse = new { Providers = new[] { provider } } });
    }

    private static async Task IndexAsync(string address, string token, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < Topics.Length; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{i}.md"), Document(i), cancellationToken);
        }

        using var client = new SynapseClient(address, token);
        var added = await client.AddSourceAsync(new AddSourceRequest(folder), cancellationToken);
        await foreach (var job in client.FollowJobAsync(added.Job.Id, cancellationToken))
        {
            if (job.State is "failed")
            {
                throw new InvalidOperationException(job.ErrorMessage);
            }
        }
    }

    private static readonly string[] Topics = ["tenants", "lodgers", "gardeners", "cleaners", "owners", "neighbours", "visitors", "caretakers", "carpenters", "plumbers"];

    private static string Document(int number)
        => $"# Rules for {Topics[number]}\n\nThe notice period for {Topics[number]} is {number + 2} months to the end of a quarter.\n"
            + $"A key for {Topics[number]} costs {number + 20} euros and is returned on the last day.\n\nThe house rules for {Topics[number]} hang in the hall of the house.\n";

    private static string Question(int number) => $"How long is the notice period for {Topics[number % Topics.Length]}?";

    private static async Task<StreamEnd[]> ReadAllAsync(HttpClient http, int streams, CancellationToken cancellationToken)
    {
        var open = new OpenStreams();
        var ends = await Task.WhenAll(Enumerable.Range(0, streams).Select(i => Task.Run(() => ReadAsync(http, Question(i), open, cancellationToken), cancellationToken)));
        return [.. ends.Select(end => end with { MostOpen = open.Most })];
    }

    private static async Task<StreamEnd> ReadAsync(HttpClient http, string question, OpenStreams open, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var end = new StreamEnd("without an end", 0, 0);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/answers") { Content = JsonContent.Create(new { question }) };
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return end with { State = $"refused with status {(int)response.StatusCode}" };
            }

            open.Enter();
            await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
            {
                end = item.EventType switch
                {
                    "text" when end.FirstTextMicroseconds == 0 => end with { FirstTextMicroseconds = clock.Elapsed.TotalMicroseconds },
                    "error" => end with { State = $"error: {item.Data}" },
                    "completed" => Completed(item.Data, end),
                    _ => end,
                };
            }

            open.Leave();
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException)
        {
            end = end with { State = $"{end.State}, connection failed" };
        }

        return end;
    }

    private static StreamEnd Completed(string json, StreamEnd end)
    {
        using var document = JsonDocument.Parse(json);
        var answer = document.RootElement;
        var by = answer.GetProperty("model").ValueKind == JsonValueKind.Null ? "of quotes" : "generated";
        var found = answer.GetProperty("found").GetBoolean() ? "found" : "not found";
        return end with
        {
            State = $"{answer.GetProperty("finish").GetString()}, {by}, {found}",
            Verified = answer.GetProperty("citations").EnumerateArray().Count(citation => citation.GetProperty("verified").GetBoolean()),
        };
    }

    private static void Report(StreamEnd[] ends, TimeSpan elapsed, Process server, TimeSpan processorBefore)
    {
        foreach (var state in ends.GroupBy(end => end.State).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            StoreBench.Report($"streams, server, {state.Key}", state.Count(), "");
        }

        StoreBench.Report("streams, server, with a verified citation", ends.Count(end => end.Verified > 0), "");
        StoreBench.Report("streams, server, open at once at most", ends[0].MostOpen, "");
        StoreBench.Percentiles("streams, server, first text", [.. ends.Select(end => end.FirstTextMicroseconds)]);
        StoreBench.Report("streams, server, all", elapsed.TotalSeconds, "s");
        server.Refresh();
        StoreBench.Report("streams, server, processor", (server.TotalProcessorTime - processorBefore).TotalMilliseconds / ends.Length, "ms per stream");
    }

    // The server answers a line with lines, the last one empty.
    private static async Task SignalAsync(Process server, bool print, CancellationToken cancellationToken)
    {
        await server.StandardInput.WriteLineAsync(ReadOnlyMemory<char>.Empty, cancellationToken);
        await server.StandardInput.FlushAsync(cancellationToken);
        while (await server.StandardOutput.ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            if (print)
            {
                Console.WriteLine(line);
            }
        }
    }

    /// <summary>How one stream ended.</summary>
    private sealed record StreamEnd(string State, double FirstTextMicroseconds, int Verified)
    {
        public int MostOpen { get; init; }
    }

    /// <summary>Counts streams between their headers and their ends.</summary>
    private sealed class OpenStreams
    {
        private readonly Lock _gate = new();
        private int _open;

        public int Most { get; private set; }

        public void Enter()
        {
            lock (_gate)
            {
                Most = Math.Max(Most, ++_open);
            }
        }

        public void Leave()
        {
            lock (_gate)
            {
                _open--;
            }
        }
    }
}
