using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Synapse.Bench;

/// <summary>What a program without Synapse would do: an HTTP client, JSON, and nothing between.</summary>
internal sealed class BareClient(string address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"{address}/v1/") };

    /// <summary>Streams one chat to its end.</summary>
    /// <returns>How long the first text took, in microseconds.</returns>
    public async Task<double> ChatAsync(string model, string prompt, CancellationToken cancellationToken)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var first = 0.0;
        var body = new { model, messages = new[] { new { role = "user", content = prompt } }, stream = true, stream_options = new { include_usage = true }, max_tokens = 200 };
        using var request = new HttpRequestMessage(HttpMethod.Post, "chat/completions") { Content = JsonContent.Create(body) };
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (first == 0 && line.StartsWith("data: {", StringComparison.Ordinal) && HasText(line["data: ".Length..]))
            {
                first = clock.Elapsed.TotalMicroseconds;
            }
        }

        return first > 0 ? first : throw new InvalidDataException("The server wrote nothing.");
    }

    /// <summary>Embeds one batch.</summary>
    /// <returns>The embeddings in the order of the texts.</returns>
    public async Task<float[][]> EmbedAsync(string model, IReadOnlyList<string> texts, bool base64, CancellationToken cancellationToken)
    {
        using var content = base64
            ? JsonContent.Create(new { model, input = texts, encoding_format = "base64" })
            : JsonContent.Create(new { model, input = texts });
        using var response = await _http.PostAsync(new Uri("embeddings", UriKind.Relative), content, cancellationToken);
        response.EnsureSuccessStatusCode();
        var rows = new float[texts.Count][];
        if (base64)
        {
            foreach (var row in (await response.Content.ReadFromJsonAsync<Reply<string>>(cancellationToken))!.Data)
            {
                rows[row.Index] = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(row.Embedding)).ToArray();
            }
        }
        else
        {
            foreach (var row in (await response.Content.ReadFromJsonAsync<Reply<float[]>>(cancellationToken))!.Data)
            {
                rows[row.Index] = row.Embedding;
            }
        }

        return rows;
    }

    public void Dispose() => _http.Dispose();

    private static bool HasText(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("choices").EnumerateArray().Any(
            choice => choice.GetProperty("delta").TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 });
    }

    private sealed record Reply<T>(Row<T>[] Data);

    private sealed record Row<T>(int Index, T Embedding);
}
